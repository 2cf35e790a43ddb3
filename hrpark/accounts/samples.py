"""The cast of the house: parks, organisations and people for tests and the demo year alike, made only through verbs.

    cast = samples.cast(at)
    client.force_login(cast.officer)

Nothing here is drawn by chance: the n-th sample of a kind is the same on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from stdnum.cn import uscc as stdnum_uscc

from hrpark.trail.kinds import System

from .actions import add_organisation, add_park, grant_role, register_person
from .models import Membership, Organisation, Park, Person
from .vault import digest

HOUSE = System("samples", "样例")
AT = datetime(2026, 3, 2, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
#: The password of everybody who has one; passes every validator.
PASSWORD = "yueyang-lou-1046"  # noqa: S105

SURNAMES = "陈林黄张李王吴刘梁周杨何郭罗郑谢邓曾冯彭"
GIVEN = (
    "晓明",
    "佳怡",
    "志强",
    "思敏",
    "国华",
    "雅琴",
    "俊杰",
    "丽华",
    "伟东",
    "嘉欣",
    "文博",
    "秀英",
    "海涛",
    "静雯",
    "永康",
    "美玲",
    "子轩",
)


def sample_name(n: int) -> str:
    """The n-th personal name: 340 different ones before they repeat."""
    return SURNAMES[n % len(SURNAMES)] + GIVEN[n % len(GIVEN)]


def sample_mobile(n: int) -> str:
    return f"138{n % 100_000_000:08d}"


def sample_uscc(n: int) -> str:
    """The n-th unified social credit code: a company (9, 1) of 广州黄埔 (440112) with both check digits right (GB 32100)."""
    body = f"{n % 100_000_000:08d}"
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    digit = (11 - sum(int(c) * w for c, w in zip(body, weights, strict=True)) % 11) % 11
    number = f"91440112{body}{'X' if digit == 10 else digit}"
    return number + stdnum_uscc.calc_check_digit(number)


def make_park(*, at: datetime = AT, name: str = "", slug: str = "") -> Park:
    n = Park.objects.count() + 1
    slug = slug or f"park-{n}"
    return add_park(actor=HOUSE, at=at, key=f"park:{slug}", name=name or f"第{n}人力资源服务产业园", slug=slug)


def make_person(
    *, at: datetime = AT, name: str = "", mobile: str = "", email: str = "", password: str | None = PASSWORD, installs: bool = False
) -> Person:  # fmt: skip
    n = Person.objects.count() + 1
    if not mobile and not email:
        mobile = sample_mobile(n)
    return register_person(
        actor=HOUSE, at=at, key=f"person:{digest('account', mobile or email)[:24]}", name=name or sample_name(n), mobile=mobile, email=email,
        password=password, installs=installs,
    )  # fmt: skip


def make_organisation(*, at: datetime = AT, kind: str = "institution", name: str = "", uscc: str | None = None) -> Organisation:
    """An organisation; an institution gets a code of its own unless ``uscc`` is given ("" for none)."""
    n = Organisation.objects.count() + 1
    if uscc is None:
        uscc = sample_uscc(n)
    name = name or f"广州第{n}人力资源服务有限公司"
    return add_organisation(actor=HOUSE, at=at, key=f"organisation:{name}", kind=kind, name=name, uscc=uscc)


def give_role(
    person: Person, organisation: Organisation, park: Park, role: str, *, at: datetime = AT, since: date | None = None, verified: bool = True
) -> Membership:  # fmt: skip
    """A verified role since a year before ``at``, unless said otherwise."""
    key = f"role:{person.pk}:{organisation.pk}:{park.pk}:{role}:{'v' if verified else 'u'}"
    return grant_role(
        actor=HOUSE, at=at, key=key, person=person, organisation=organisation, park=park, role=role,
        since=since or at.date() - timedelta(days=365), verified=verified,
    )  # fmt: skip


@dataclass(frozen=True)
class Cast:
    """Two parks and their people. Everything of 天河 is foreign to everybody of 黄埔, and the other way round."""

    at: datetime
    installer: Person
    #: Signed in, but without any role.
    stranger: Person

    huangpu: Park
    operator: Organisation
    director: Person
    officer: Person
    authority: Organisation
    supervisor: Person
    inspector: Person
    #: Two resident institutions of 黄埔, strangers to each other.
    qihang: Organisation
    qihang_representative: Person
    qihang_clerk: Person
    zhida: Organisation
    zhida_representative: Person
    zhida_clerk: Person

    tianhe: Park
    tianhe_operator: Organisation
    tianhe_director: Person
    tianhe_officer: Person
    #: The one institution of 天河.
    yuecai: Organisation
    yuecai_representative: Person
    yuecai_clerk: Person


def cast(at: datetime = AT) -> Cast:
    """The whole cast, as of ``at``; all roles run since a year before. Everybody's password is ``PASSWORD``."""

    def person(name: str, n: int, **over) -> Person:
        return make_person(at=at, name=name, mobile=sample_mobile(20_260_000 + n), **over)

    def body(kind: str, name: str, n: int) -> Organisation:
        return make_organisation(at=at, kind=kind, name=name, uscc=sample_uscc(20_260_000 + n))

    installer = person("沈立平", 1, installs=True)
    huangpu = make_park(at=at, name="黄埔人力资源服务产业园", slug="huangpu")
    tianhe = make_park(at=at, name="天河人力资源服务产业园", slug="tianhe")
    found = Cast(
        at=at,
        installer=installer,
        stranger=person("许安然", 2),
        huangpu=huangpu,
        operator=body("operator", "广州黄埔人才园运营有限公司", 1),
        director=person("陈志远", 3),
        officer=person("林晓彤", 4),
        authority=body("authority", "广州市黄埔区人力资源和社会保障局", 2),
        supervisor=person("何国栋", 5),
        inspector=person("梁静怡", 6),
        qihang=body("institution", "广州启航人力资源有限公司", 3),
        qihang_representative=person("周启明", 7),
        qihang_clerk=person("黄佳雯", 8),
        zhida=body("institution", "广东智达人才服务有限公司", 4),
        zhida_representative=person("吴智勇", 9),
        zhida_clerk=person("郑小敏", 10),
        tianhe=tianhe,
        tianhe_operator=body("operator", "广州天河人才港管理有限公司", 5),
        tianhe_director=person("冯海涛", 11),
        tianhe_officer=person("曾丽华", 12),
        yuecai=body("institution", "广州粤才人力资源服务有限公司", 6),
        yuecai_representative=person("邓文博", 13),
        yuecai_clerk=person("彭思敏", 14),
    )
    for holder, organisation, park, role in (
        (found.director, found.operator, huangpu, "director"),
        (found.officer, found.operator, huangpu, "officer"),
        (found.supervisor, found.authority, huangpu, "supervisor"),
        (found.inspector, found.authority, huangpu, "inspector"),
        (found.qihang_representative, found.qihang, huangpu, "representative"),
        (found.qihang_clerk, found.qihang, huangpu, "clerk"),
        (found.zhida_representative, found.zhida, huangpu, "representative"),
        (found.zhida_clerk, found.zhida, huangpu, "clerk"),
        (found.tianhe_director, found.tianhe_operator, tianhe, "director"),
        (found.tianhe_officer, found.tianhe_operator, tianhe, "officer"),
        (found.yuecai_representative, found.yuecai, tianhe, "representative"),
        (found.yuecai_clerk, found.yuecai, tianhe, "clerk"),
    ):
        give_role(holder, organisation, park, role, at=at)
    return found
