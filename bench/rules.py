"""1,000 institutions that apply, judged by every rule of 4.3.1.1 and 4.3.1.3, with reasons and evidence.

    python -m bench.rules [applications]

``judged``: facts read from the database, every rule asked, the rows of a round made, which are not stored. The floor is the
rules alone over facts that were read before: what is above it is reading.
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime
from typing import Any

from .stage import setup, tell


def copies(count: int) -> list[Any]:
    """So many applications like one that went through every step, each of an institution of its own."""
    from django.db.models import Model

    from hrpark.accounts.samples import sample_uscc
    from hrpark.admission.models import Application
    from hrpark.admission.samples import make_ready
    from hrpark.cases.models import Case
    from hrpark.institutions.models import Institution

    first = make_ready(at=datetime.now(UTC))

    def copied(row: Model, **over: Any) -> Model:
        values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if not field.primary_key}
        return type(row)(**values | over)

    theirs = [
        copied(first.institution, name=f"广州第{n}人力资源有限公司", uscc=sample_uscc(5000 + n), organisation_id=None)
        for n in range(count)
    ]
    institutions = Institution.objects.bulk_create(theirs)
    for relation in Institution._meta.related_objects:
        model, name = relation.related_model, relation.field.attname
        if model in (Application, Case) or not relation.one_to_many or model._meta.app_label != "institutions":
            continue
        rows = list(model.objects.filter(**{name: first.institution_id}))
        model.objects.bulk_create(copied(row, **{name: one.pk}) for row in rows for one in institutions)
    cases = Case.objects.bulk_create(
        copied(first.case, number=f"RY2099-{n:05d}", institution_id=one.pk) for n, one in enumerate(institutions)
    )
    made = Application.objects.bulk_create(
        copied(first, case_id=case.pk, institution_id=case.institution_id, round=0) for case in cases
    )
    return [row.pk for row in made]


def main(count: int) -> None:
    setup()
    from hrpark.admission.models import Application
    from hrpark.admission.queries import candidate_of, next_round, rules_for
    from hrpark.cases.rules import day_of

    keys, at = copies(count), datetime.now(UTC)
    rows = list(Application.objects.filter(pk__in=keys).select_related("institution", "case", "park"))
    next_round(rows[0], at)
    begin = time.perf_counter()
    rounds = [next_round(one, at) for one in rows]
    judged = time.perf_counter() - begin
    known = [(candidate_of(one, day_of(at)), rules_for(one, day_of(at))) for one in rows]
    begin = time.perf_counter()
    for candidate, rules in known:
        for rule in rules:
            rule(candidate)
    alone = time.perf_counter() - begin
    verdicts = [row for one in rounds for row in one]
    if not all(row.reason for row in verdicts):
        raise RuntimeError("A verdict gives no reason")
    tell(
        "rules", applications=len(rows), verdicts=len(verdicts), outcomes=sorted({row.outcome for row in verdicts}),
        judged_s=round(judged, 2), ms_each=round(1000 * judged / len(rows), 2), rules_alone_s=round(alone, 3),
        ratio_to_rules_alone=round(judged / alone, 1),
    )  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
