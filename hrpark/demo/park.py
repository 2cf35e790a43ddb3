"""The demo park: 黄埔 with its residents over the last four years, and a small neighbour. Made only through verbs.

Everything follows from one seed and the day it is made, so that making it is itself a test and two machines get the same
park. Figures stay in the ranges that real parks published (revenue of an agency 20 million yuan in the middle, tax 1 to 4 %).
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from stdnum.cn import uscc as stdnum_uscc

from hrpark.accounts.actions import add_organisation, add_park, grant_role, register_person
from hrpark.accounts.models import Organisation, Park, Person
from hrpark.institutions import actions as dossier
from hrpark.institutions.kinds import segments_on
from hrpark.institutions.models import Institution, Kind
from hrpark.parks.actions import add_space, set_profile
from hrpark.parks.models import Space, SpaceKind, ZoneKind
from hrpark.trail.kinds import System

from . import names, people

HOUSE = System("demo", "演示数据")
ZONE = ZoneInfo("Asia/Shanghai")
#: Days since the park opened: about four years.
OPENED = 1500


@dataclass
class Stage:
    """What is being made: the day it is made for, the one source of chance, a counter for keys and codes."""

    at: datetime
    chance: random.Random = field(default_factory=lambda: random.Random(20251))  # noqa: S311 - a seed, not a secret
    made: int = 0
    people: dict[str, Person] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return self.at.astimezone(ZONE).date()

    def day(self, days_ago: int) -> date:
        return self.today - timedelta(days=days_ago)

    def moment(self, days_ago: int, hour: int = 10) -> datetime:
        """Working hours of a day in the past; never later than now."""
        minute = self.chance.randrange(60)
        return min(datetime.combine(self.day(days_ago), time(hour, minute), ZONE), self.at)

    def key(self) -> str:
        self.made += 1
        return f"demo-{self.made}"

    def uscc(self) -> str:
        """A code of a made-up company of 广州黄埔, both check digits right."""
        self.made += 1
        body = f"9{self.made:07d}"
        weights = (3, 7, 9, 10, 5, 8, 4, 2)
        digit = (11 - sum(int(c) * w for c, w in zip(body, weights, strict=True)) % 11) % 11
        number = f"91440112{body}{'X' if digit == 10 else digit}"
        return number + stdnum_uscc.calc_check_digit(number)

    def name(self) -> str:
        return self.chance.choice(names.SURNAMES) + self.chance.choice(names.GIVEN)

    def mobile(self) -> str:
        return f"139{self.chance.randrange(10**8):08d}"

    def do(self, verb: Any, days_ago: int = 0, *, actor: Any = HOUSE, **arguments: Any) -> Any:
        """One verb, on its day, by its actor."""
        return verb(actor=actor, at=self.moment(days_ago), key=self.key(), **arguments)


def person(stage: Stage, login: people.Login, **over: Any) -> Person:
    made = stage.do(
        register_person, OPENED, name=login.name, mobile=login.key, password=people.PASSWORD, **over
    )  # fmt: skip
    stage.people[login.key] = made
    return made


def role(stage: Stage, login: people.Login, organisation: Organisation, park: Park, key: str) -> None:
    stage.do(
        grant_role,
        OPENED,
        person=stage.people[login.key],
        organisation=organisation,
        park=park,
        role=key,
        since=stage.day(OPENED),
    )


@dataclass
class Made:
    """The demo park as later parts of the demo need it."""

    park: Park
    neighbour: Park
    operator: Organisation
    authority: Organisation
    residents: list[Institution]
    units: list[Space]


def build(stage: Stage) -> Made:
    """The parks, their people and their residents, into an empty database."""
    person(stage, people.INSTALLER, installs=True)
    for login in people.LOGINS:
        if login is not people.INSTALLER:
            person(stage, login)
    park = stage.do(add_park, OPENED, name="广州黄埔人力资源服务产业园", slug="huangpu")
    neighbour = stage.do(add_park, OPENED, name="广州天河人才港", slug="tianhe")
    operator = stage.do(add_organisation, OPENED, kind="operator", name="广州黄埔人才园运营有限公司", uscc=stage.uscc())
    authority = stage.do(add_organisation, OPENED, kind="authority", name="广州市黄埔区人力资源和社会保障局", uscc=stage.uscc())
    other = stage.do(add_organisation, OPENED, kind="operator", name="广州天河人才港管理有限公司", uscc=stage.uscc())
    for login, organisation, where, key in (
        (people.DIRECTOR, operator, park, "director"),
        (people.OFFICER, operator, park, "officer"),
        (people.SUPERVISOR, authority, park, "supervisor"),
        (people.INSPECTOR, authority, park, "inspector"),
        (people.SUPERVISOR, authority, neighbour, "supervisor"),
        (people.INSPECTOR, authority, neighbour, "inspector"),
        (people.NEIGHBOUR, other, neighbour, "director"),
    ):
        role(stage, login, organisation, where, key)
    units = place(stage, park, operator, authority)
    place_small(stage, neighbour, other, authority)
    residents = register(stage, park, units)
    for n, name in enumerate(("天河汇才", "华南众智", "粤海人力")):
        move_in(stage, agency(stage, neighbour, f"广州{name}人力资源有限公司", 500 - 90 * n), 500 - 90 * n)
    first = residents[0].organisation
    role(stage, people.REPRESENTATIVE, first, park, "representative")
    role(stage, people.CLERK, first, park, "clerk")
    return Made(park, neighbour, operator, authority, residents, units)


def place(stage: Stage, park: Park, operator: Organisation, authority: Organisation) -> list[Space]:
    """Two buildings: A for agencies, B for services, matching, incubation and what supports them."""
    stage.do(
        set_profile, OPENED - 5, park=park, level="provincial", approved_by="广东省人力资源和社会保障厅", approval_document="粤人社函〔2023〕88号",
        approved_on=stage.day(OPENED + 100), region="广州市黄埔区", region_code="440112", address="广州市黄埔区科学大道一百号",
        introduction="聚集人力资源服务机构，服务湾区制造业与新兴产业的省级产业园。", operator=operator, operator_kind="enterprise",
        mandate_from=stage.day(OPENED), mandate_to=stage.day(-900), authority=authority,
    )  # fmt: skip
    units = []
    zones = {
        "A": [ZoneKind.AGENCY] * 4,
        "B": [ZoneKind.PUBLIC_SERVICE, ZoneKind.MATCHING, ZoneKind.INCUBATION, ZoneKind.SUPPORTING],
    }
    for letter, floors in zones.items():
        building = stage.do(add_space, OPENED - 10, park=park, kind=SpaceKind.BUILDING, code=letter, name=f"{letter}座")
        for number, zone in enumerate(floors, 1):
            floor = stage.do(
                add_space, OPENED - 10, park=park, kind=SpaceKind.FLOOR, code=f"{letter}{number}F", name=f"{letter}座{number}层",
                parent=building, zone=zone,
            )  # fmt: skip
            for unit in range(1, 9):
                made = stage.do(
                    add_space, OPENED - 10, park=park, kind=SpaceKind.UNIT, code=f"{letter}{number}{unit:02d}",
                    name=f"{letter}座{number}{unit:02d}", parent=floor, zone=zone, area=stage.chance.choice((86, 120, 158, 210, 320)),
                )  # fmt: skip
                units.append(made)
    return units


def place_small(stage: Stage, park: Park, operator: Organisation, authority: Organisation) -> None:
    stage.do(
        set_profile, OPENED - 5, park=park, level="municipal", approved_by="广州市人力资源和社会保障局", region="广州市天河区", region_code="440106",
        introduction="面向互联网与专业服务业的市级人才港。", operator=operator, operator_kind="enterprise", authority=authority,
    )  # fmt: skip


def register(stage: Stage, park: Park, units: list[Space]) -> list[Institution]:
    """Thirty agencies and six supporting bodies, moved in over two years; two have left."""
    residents = []
    free = iter(units)
    for number, name in enumerate(names.AGENCIES):
        days = 1430 - 48 * number
        form = "分公司" if number == 17 else "有限公司"
        institution = agency(stage, park, f"广州{name}人力资源服务{form}", days, branch=number == 17)
        residency = move_in(stage, institution, days, next(free))
        if number in (5, 12):
            stage.do(dossier.end_residency, 60, residency=residency, on=stage.day(60), reason="租约到期，迁往总部自有物业")
        residents.append(institution)
    for number, (name, kind, _) in enumerate(names.SUPPORTING):
        days = 1300 - 190 * number
        institution = stage.do(
            dossier.add_institution, days + 20, park=park, kind=Kind.SUPPORTING, supporting_kind=kind, name=name, uscc=stage.uscc(),
            legal_form="partnership" if kind == "law" else "limited", legal_representative=stage.name(),
            founded_on=stage.day(days + 1500), registered_address="广州市黄埔区科学大道",
        )  # fmt: skip
        stage.do(dossier.set_contact, days + 19, institution=institution, name=stage.name(), post="经理", mobile=stage.mobile())
        move_in(stage, institution, days, units[-1 - number])
        residents.append(institution)
    return residents


def agency(stage: Stage, park: Park, name: str, days: int, *, branch: bool = False) -> Institution:
    """An agency with permits that fit its segments, a roster, a contact and its credit checks."""
    chance = stage.chance
    institution = stage.do(
        dossier.add_institution, days + 25, park=park, kind=Kind.AGENCY, name=name, uscc=stage.uscc(),
        legal_form="branch" if branch else "limited", legal_representative=stage.name(), founded_on=stage.day(days + chance.randrange(400, 5000)),
        registered_capital=chance.choice((2_000_000, 2_000_000, 5_000_000, 10_000_000, 50_000_000)),
        registered_address=f"广州市黄埔区科学大道{chance.randrange(10, 300)}号",
    )  # fmt: skip
    serial = f"{chance.randrange(10**7):07d}"
    year = stage.day(days + 200).year
    codes = {"recruitment", *chance.sample([s.code for s in segments_on(stage.day(days)).segments], chance.randrange(2, 5))}
    stage.do(
        dossier.add_licence, days + 24, institution=institution, kind="hr_licence", number=f"(粤)人服证字〔{year}〕第0112{serial[:6]}号",
        scope="职业中介活动", issuer="广州市黄埔区人力资源和社会保障局", valid_from=stage.day(days + 200),
        valid_to=stage.day(days + 200 - 5 * 365),
    )  # fmt: skip
    if chance.random() < 0.8:
        stage.do(
            dossier.add_licence, days + 24, institution=institution, kind="filing", number=f"粤人服备〔{year}〕0112{serial[:4]}号",
            scope="人力资源培训、测评、管理咨询、服务外包", issuer="广州市黄埔区人力资源和社会保障局", valid_from=stage.day(days + 190),
        )  # fmt: skip
    if "dispatch" in codes:
        renewed = (days + 150) % (3 * 365)  # it runs for three years and has been renewed ever since
        stage.do(
            dossier.add_licence, days + 24, institution=institution, kind="dispatch", number=f"440112{serial[:6]}",
            scope="劳务派遣", issuer="广州市黄埔区人力资源和社会保障局", valid_from=stage.day(renewed), valid_to=stage.day(renewed - 3 * 365),
        )  # fmt: skip
    for number in range(chance.randrange(3, 6)):
        stage.do(
            dossier.add_staff_member, days + 22, institution=institution, name=stage.name(),
            education=chance.choice(("college", "bachelor", "bachelor", "master")), professional=number < 3,
            qualification=chance.choice(("企业人力资源管理师三级", "职业指导员", "劳动关系协调员", "")), since=stage.day(days + 100),
        )  # fmt: skip
    stage.do(dossier.set_segments, days + 21, institution=institution, codes=sorted(codes), on=stage.day(days + 21))
    stage.do(dossier.set_contact, days + 21, institution=institution, name=stage.name(), post="行政经理", mobile=stage.mobile())
    for source in ("publicity", "credit_china"):
        stage.do(
            dossier.record_credit_check, min(days, 20), institution=institution, source=source, checked_on=stage.day(min(days, 20)),
            result="clear",
        )  # fmt: skip
    return institution


def move_in(stage: Stage, institution: Institution, days: int, unit: Space | None = None) -> Any:
    return stage.do(
        dossier.begin_residency, days, institution=institution, starts=stage.day(days), unit=unit, agreed_on=stage.day(days + 15)
    )  # fmt: skip
