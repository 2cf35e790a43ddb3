"""Steps of an import in a process of its own, with a register that can be told to stop in the middle.

    python -m tests.scenarios.slow_import look work start work

Steps: upload, work (the tick and the real worker), start, write (all at one moment), look. After each, how things stand is
printed as JSON. HRPARK_STOP names the point at which the process says "stopped" and waits to be killed.
"""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import timedelta

import django

ROWS, CHUNK = 1_200, 100
STOP = os.environ.get("HRPARK_STOP", "")


def stop_at(point: str) -> None:
    if point == STOP:
        print("stopped", flush=True)
        time.sleep(600)


def main(steps: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()

    from django.core.management import call_command

    from hrpark.accounts.actions import add_park
    from hrpark.accounts.models import Organisation
    from hrpark.sheets import actions, tasks
    from hrpark.sheets.models import ImportJob
    from hrpark.sheets.samples import make_csv, make_uscc
    from hrpark.sheets.tests.organisations import OrganisationRegister
    from hrpark.trail.actions import seal
    from hrpark.trail.kinds import System
    from hrpark.trail.models import Entry
    from hrpark.trail.queries import verify
    from hrpark.web import clock

    class SlowRegister(OrganisationRegister):
        key = "tests.slow"
        chunk = CHUNK

        def check(self, values, context):
            if values.get("name") == f"公司{ROWS // 2}":
                stop_at("checking")
            return super().check(values, context)

        def write(self, rows, **given):
            if rows[0].number > ROWS // 2:
                stop_at("half written")
            told = super().write(rows, **given)
            if rows[-1].number >= ROWS:
                stop_at("all written")
            return told

    # The product waits minutes for a silent worker; here it must not take so long.
    actions.LEASE, actions.QUEUED = timedelta(seconds=1), timedelta(0)
    officer = System("demo")
    for step in steps:
        now, job = clock.now(), ImportJob.objects.first()
        if step == "upload":
            park = add_park(actor=officer, at=now, key="park", name="黄埔园区", slug="huangpu")
            rows = [[make_uscc(n), f"公司{n}", "机构"] for n in range(ROWS)]
            data = make_csv(["信用代码", "单位名称", "类别"], rows, encoding="gb18030")
            job = actions.upload_table(
                actor=officer, at=now, key="u", park=park, target="tests.slow", data=data, filename="名册.csv"
            )
            actions.map_columns(actor=officer, at=now, key="m", job=job, columns=job.mapping)
        elif step == "start":
            actions.run_import(actor=officer, at=now, key="r", job=job, verdicts={"new"})
        elif step == "work":
            tasks.requeue_due(now)
            call_command("db_worker", batch=True, interval=0, startup_delay=False, verbosity=0)
        elif step == "write":
            time.sleep(max(0.0, float(os.environ["HRPARK_GO"]) - time.time()))
            actions.write_rows(job=job, at=now)
        elif step == "look":
            seal(limit=50_000)
        job = ImportJob.objects.get()
        stands = {
            "state": job.state, "due": job.is_due, "created": job.created, "new": job.counts.get("new"), "rows": job.rows.count(),
            "organisations": Organisation.objects.exclude(uscc=None).count(),
            "told": Entry.objects.filter(verb="sheets.import.write", subject_type="organisation").count(),
            "broken": sum(len(c.broken) for c in verify()) if step == "look" else 0,
        }  # fmt: skip
        print(json.dumps(stands), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
