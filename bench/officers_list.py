"""The officer's list, 50 of 100,000 institutions, over HTTP with login, scope and masking, against a bare ListView.

    python -m bench.officers_list [rows]

All sides: the same database, the same server (granian, one worker), the same client, in turn. ``bare`` is the list as one
writes it first: rows, columns, a paginator, a template; ``bare_by_index`` is it in the order that an index gives. Neither has
a login, a scope, masking, filters, saved views, a menu or a bell. HRPARK_DATABASE=postgres://… measures the same there.

What made ours cheap, in milliseconds of processor a page, measured in one process (bare: 18 to 22): 7.1 at first; 4.4 once the
SQL of a list is built once for who asks the same (web/fetching.py) and session, person and park are read by queries compiled
once (accounts/prepared.py); 3.0 once menu, filters and heads are drawn once for the same values (jinja.drawn_once), views are
not read in vain and a page has one CSRF token.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, date, datetime

from .stage import granian, rate, setup, signed_in, tell


def fill(rows: int) -> dict[str, str]:
    """A park of so many institutions; the headers of an officer who is signed in."""
    from hrpark.accounts.samples import give_role, make_organisation, make_park, make_person, sample_uscc
    from hrpark.institutions.models import Contact, Institution, Licence, Residency

    at = datetime.now(UTC)
    park = make_park(name="黄埔", slug="huangpu")
    officer = make_person()
    give_role(officer, make_organisation(kind="operator", uscc=""), park, "officer")
    for begin in range(0, rows, 10_000):
        made = Institution.objects.bulk_create(
            Institution(
                park=park, kind="agency", status="resident", name=f"广州第{n}人力资源有限公司", uscc=sample_uscc(n), legal_form="limited",
                founded_on=date(2019, 5, 1), created_at=at, changed_at=at,
            )
            for n in range(begin, min(begin + 10_000, rows))
        )  # fmt: skip
        Residency.objects.bulk_create(
            Residency(park=park, institution=one, starts=date(2025, 3, 1), unit_note="A101") for one in made
        )
        Licence.objects.bulk_create(
            Licence(
                institution=one, kind="hr_licence", number=str(one.pk), valid_from=date(2023, 1, 1), valid_to=date(2028, 1, 1),
                verified_at=at,
            )
            for one in made
        )  # fmt: skip
        Contact.objects.bulk_create(Contact(institution=one, name="陈志远", mobile="13912345678", main=True) for one in made)
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
            "ours": (mine, "/desk/huangpu/institutions/?cols=status,kind,unit,since,expires,uscc,phone", headers),
            "bare": (floor, "/institutions/", None),
            "bare_by_index": (floor, "/by-index/", None),
        }
        for server, path, given in sides.values():
            rate(server, path, seconds=2, headers=given)
        runs = [{name: rate(server, path, headers=given) for name, (server, path, given) in sides.items()} for _ in range(3)]
    told = {name: sorted((run[name] for run in runs), key=lambda r: r["rate"])[1] for name in sides}
    ours, bare, by_index = told.values()
    tell(
        "officers_list", rows=rows, database=connection.vendor, **told, ratio=round(ours["rate"] / bare["rate"], 2),
        ratio_cpu=round(bare["cpu_ms"] / ours["cpu_ms"], 2), ratio_cpu_by_index=round(by_index["cpu_ms"] / ours["cpu_ms"], 2),
    )  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
