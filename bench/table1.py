"""Table 1 of 1, 10 and 100 parks, 30 residents and two declared years each: the seconds should grow with the parks, about.

python -m bench.table1
"""

from __future__ import annotations

import time
from datetime import UTC, date, datetime

from .stage import setup, tell

PARKS, RESIDENTS = 100, 30


def main() -> None:
    setup()
    from hrpark.accounts.samples import make_park, sample_uscc
    from hrpark.evaluation.queries import table_of
    from hrpark.institutions.models import DeclaredSegment, Institution, Licence, Residency
    from hrpark.returns.samples import make_declaration

    at = datetime.now(UTC)
    parks = [make_park(name=f"第{n}园", slug=f"park-{n}") for n in range(PARKS)]
    for n, park in enumerate(parks):
        institutions = Institution.objects.bulk_create(
            Institution(
                park=park, kind="agency" if i < 25 else "supporting", status="resident", name=f"{n}-{i}", uscc=sample_uscc(n * 100 + i),
                created_at=at, changed_at=at,
            )
            for i in range(RESIDENTS)
        )  # fmt: skip
        Residency.objects.bulk_create(
            Residency(park=park, institution=one, starts=date(2023 + i % 3, 3, 1)) for i, one in enumerate(institutions)
        )
        Licence.objects.bulk_create(
            Licence(institution=one, kind="hr_licence", number=str(one.pk), valid_from=date(2022, 1, 1))
            for one in institutions[:25]
        )
        DeclaredSegment.objects.bulk_create(
            DeclaredSegment(institution=one, edition="hr-2014", code="recruitment", since=date(2023, 1, 1))
            for one in institutions[:25]
        )
        for year in (2024, 2025):
            make_declaration(
                park, year, {"T1.05.revenue": 100_000 + n, "T1.05.tax": 2000, "T1.07.persons_served": 200_000}, at=at
            )
    day = date(2025, 12, 31)
    table_of(parks[0], day, at.date())
    taken = {}
    for count in (1, 10, 100):
        begin = time.perf_counter()
        for park in parks[:count]:
            table_of(park, day, at.date())
        taken[count] = time.perf_counter() - begin
    tell(
        "table1", seconds={k: round(v, 3) for k, v in taken.items()}, ms_a_park=round(10 * taken[100], 1),
        ratio_10_to_1=round(taken[10] / taken[1], 1), ratio_100_to_10=round(taken[100] / taken[10], 1),
    )  # fmt: skip


if __name__ == "__main__":
    main()
