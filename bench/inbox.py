"""The inbox of 100,000 requests, one in ten open, over HTTP with login and scope, against a bare ListView of the same rows.

    python -m bench.inbox [rows]

The same sides as bench.officers_list; besides the first page: the overdue ones, a search, and the desk's home, which counts
what waits in every list. HRPARK_DATABASE=postgres://… measures the same there.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, date, datetime, timedelta

from .stage import granian, rate, setup, signed_in, tell

INSTITUTIONS = 1000


def fill(rows: int) -> dict[str, str]:
    """A park whose institutions have asked so many times; the headers of an officer who is signed in."""
    from hrpark.accounts.samples import give_role, make_organisation, make_park, make_person, sample_uscc
    from hrpark.cases.models import Case
    from hrpark.cases.samples import DATA, make_case
    from hrpark.institutions.models import Institution, Residency

    at = datetime.now(UTC)
    park = make_park(name="黄埔", slug="huangpu")
    officer = make_person()
    give_role(officer, make_organisation(kind="operator", uscc=""), park, "officer")
    institutions = Institution.objects.bulk_create(
        Institution(
            park=park, kind="agency", status="resident", name=f"广州第{n}人力资源有限公司", uscc=sample_uscc(n), legal_form="limited",
            created_at=at, changed_at=at,
        )
        for n in range(INSTITUTIONS)
    )  # fmt: skip
    Residency.objects.bulk_create(Residency(park=park, institution=one, starts=date(2025, 3, 1)) for one in institutions)
    first = make_case(
        kind="general",
        park=park,
        applicant=make_person(),
        at=at - timedelta(days=700),
        title="会议室空调不制冷",
        data=DATA["general"],
    )

    def one(n: int) -> Case:
        received = at - timedelta(minutes=10 * n)
        closed = received + timedelta(days=2) if n % 10 else None
        return Case(
            park=park, number=f"SQ2024-{n:06d}", kind="general", item_id=first.item_id, applicant_id=first.applicant_id,
            institution=institutions[n % INSTITUTIONS], title=f"会议室空调不制冷（第{n}次）", state="done" if closed else "submitted",
            ball="" if closed else "desk", handler=officer if n % 3 else None, opened_at=received, received_at=received,
            first_due_at=received + timedelta(days=1), first_response_at=closed, due_at=received + timedelta(days=5),
            completed_at=closed, closed_at=closed, data={},
        )  # fmt: skip

    for begin in range(0, rows, 10_000):
        Case.objects.bulk_create(one(n) for n in range(begin, min(begin + 10_000, rows)))
    return signed_in(officer, at)


def main(rows: int) -> None:
    setup()
    headers = fill(rows)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    connection.close()
    environment = {"HRPARK_HOME": os.environ["HRPARK_HOME"]}
    with granian("config.wsgi:application", **environment) as mine, granian("bench.bare:application", **environment) as floor:
        sides = {
            "inbox": (mine, "/desk/huangpu/cases/", headers),
            "bare": (floor, "/cases/", None),
            "late": (mine, "/desk/huangpu/cases/?late=1", headers),
            "search": (mine, "/desk/huangpu/cases/?q=%E7%AC%AC77", headers),
            "home": (mine, "/desk/huangpu/", headers),
        }
        for server, path, given in sides.values():
            rate(server, path, seconds=2, headers=given)
        told = {name: rate(server, path, headers=given) for name, (server, path, given) in sides.items()}
    ratio = {name: round(told["bare"]["cpu_ms"] / told[name]["cpu_ms"], 2) for name in sides if name != "bare"}
    tell("inbox", rows=rows, database=connection.vendor, **told, ratio_cpu_to_bare=ratio)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
