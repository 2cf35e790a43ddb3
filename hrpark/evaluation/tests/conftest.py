"""A park with residents, and a round in it."""

from __future__ import annotations

from datetime import date

from hrpark.accounts.samples import cast
from hrpark.evaluation import samples
from hrpark.evaluation.models import Round
from hrpark.institutions import samples as dossiers
from hrpark.returns import samples as returns
from tests.worlds import world


@world
def people(at):
    return cast(at)


@world
def residents(people, at):
    """Six resident agencies of 黄埔 since 2024: two of the cast and four more; one supporting agency."""
    since = date(2024, 6, 1)
    found = [
        dossiers.make_resident(at=at, park=people.huangpu, organisation=o, starts=since, segments=("recruitment",))
        for o in (people.qihang, people.zhida)
    ]
    found += [dossiers.make_resident(at=at, park=people.huangpu, starts=since) for _ in range(4)]
    found.append(dossiers.make_resident(at=at, park=people.huangpu, kind="supporting", starts=since))
    return found


@world
def round(people, at) -> Round:
    return samples.make_round(people.huangpu, at=at, actor=people.officer)


@world
def collected(people, residents, round, at) -> Round:
    """Everybody answered, the operator rated itself, figures are declared and verified, collection is closed."""
    returns.make_declaration(people.huangpu, 2024, {"T1.05.revenue": 90_000, "T1.05.tax": 1500, "T1.07.posts_provided": 9000})
    returns.make_declaration(
        people.huangpu, 2025,
        {"T1.05.revenue": 100_000, "T1.05.tax": 1800, "T1.07.posts_provided": 10_000, "T1.10.events_held": 9, "T1.12.delegations_received": 40},
    )  # fmt: skip
    returns.verify_all(people.huangpu, 2025)
    samples.answer_all(round, residents, at=at)
    samples.rate_all(round, at=at, actor=people.director, checks={"直播间": False})
    return samples.close(round, at=at, actor=people.inspector)


@world
def finished(people, collected, at) -> Round:
    samples.assess_all(collected, at=at, actor=people.inspector, adjusted={"T1.15": 70})
    return samples.finish(collected, at=at, inspector=people.inspector, supervisor=people.supervisor)
