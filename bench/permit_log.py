"""A permit office's real log, replayed through the engine with the deadlines that the file itself has.

python bench/permit_log.py PATH

The file is an event log as CSV (CoSeLoG, 4TU: ``case:concept:name, case:startdate, case:enddate, case:deadline, concept:name,
org:resource, time:timestamp``). Each case is handed in at its start, each event is noted, each end closes it; what the log
notes after the end stays a note and reopens nothing. The counts are the engine's own figures (cases.queries.figures), summed
over the years that received the cases: late is completed after the deadline by the instant, open is without an end.
"""

from __future__ import annotations

import csv
import json
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.stage import setup


def read(path: Path) -> dict[str, list[dict[str, str]]]:
    """Case → its events, in the order of the file."""
    cases: dict[str, list[dict[str, str]]] = {}
    with path.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            cases.setdefault(row["case:concept:name"], []).append(row)
    return cases


def moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def deeds(log: dict[str, list[dict[str, str]]]) -> Iterator[tuple[datetime, int, str, str, dict[str, str]]]:
    """Everything that happened, by time: (when, order at one instant, what, case, event). A case is handed in before anything
    is noted of it, though some logs note the first step before its start; an end stands after whatever it is the same instant as."""
    for case, events in log.items():
        head = events[0]
        begun = min(moment(head["case:startdate"]), *(moment(e["time:timestamp"]) for e in events), moment(head["case:enddate"] or "9999-12-31T00:00+00:00"))  # fmt: skip
        yield begun, 0, "submit", case, head
        for event in events:
            yield moment(event["time:timestamp"]), 1, "note", case, event
        if head["case:enddate"]:
            yield moment(head["case:enddate"]), 2, "close", case, head


def main(path: Path) -> None:
    setup()
    from hrpark.accounts.samples import make_park, make_person
    from hrpark.cases import actions
    from hrpark.cases.kinds import CaseKind, ItemText, case_kind
    from hrpark.cases.queries import figures
    from hrpark.trail.kinds import System

    @case_kind
    class Permit(CaseKind):
        """An application for a permit, as the office of the log took it in; its deadline comes with it."""

        key, label, series = "permit", "许可申请", "XK"
        item = ItemText(
            title="许可申请", words="", fields=(), materials=(), clock="natural", first_response_days=1, completion_days=60, desk="许可窗口"
        )  # fmt: skip

        def promised(self, case):
            deadline = moment(case.data["deadline"])
            return deadline, deadline

    log, began = read(path), time.perf_counter()
    park, applicant, office = make_park(), make_person(name="申请人"), System("replay")
    known, after_end, last = {}, 0, None
    for at, _, what, name, event in sorted(deeds(log), key=lambda deed: (deed[0], deed[1])):
        last = at
        if what == "submit":
            start = moment(event["case:startdate"])
            draft = actions.open_case(
                actor=applicant, at=start, key=f"{name}:open", kind="permit", park=park, title=name,
                data={"deadline": event["case:deadline"]},
            )  # fmt: skip
            known[name] = actions.submit(actor=applicant, at=start, key=f"{name}:submit", case=draft)
        elif what == "note":
            case = known[name]
            after_end += case.closed_at is not None and at > case.closed_at
            words = f"{event['concept:name']}（{event['org:resource']}）"
            actions.add_note(actor=office, at=at, key=f"{name}:{event['concept:instance']}", case=case, note=words)
        else:
            known[name] = actions.close(actor=office, at=at, key=f"{name}:close", case=known[name], note="已办结")
    years = {moment(events[0]["case:startdate"]).year for events in log.values()}
    told = [figures(park, year, last) for year in range(min(years) - 1, max(years) + 2)]
    print(json.dumps({
        "cases": sum(f.received.count() for f in told), "late": sum(f.late.count() for f in told),
        "open": sum(f.open.count() for f in told),
    }))  # fmt: skip
    rate = sum(map(len, log.values())) / (time.perf_counter() - began)
    print(f"{after_end} events after the end, noted; {rate:.0f} events a second", file=sys.stderr)


if __name__ == "__main__":
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_file():
        sys.exit("python bench/permit_log.py PATH  (an event log as CSV, see this file's docstring)")
    main(Path(sys.argv[1]))
