"""A park with residents, and a round in it."""

from __future__ import annotations

from datetime import date

from hrpark.accounts.samples import cast
from hrpark.institutions import samples as dossiers
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
