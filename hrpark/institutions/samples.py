"""Samples of dossiers, for tests and the demo year alike; made only through verbs, nothing drawn by chance."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from hrpark.accounts.models import Organisation, Park
from hrpark.accounts.samples import AT, HOUSE, make_park, sample_mobile, sample_name, sample_uscc
from hrpark.parks.models import Space

from .actions import add_institution, add_licence, add_staff_member, begin_residency, declare_segment, set_contact
from .models import Contact, Institution, Kind, LegalForm, Licence, LicenceKind, Residency, StaffMember


def make_institution(
    *, at: datetime = AT, park: Park | None = None, organisation: Organisation | None = None, **over: Any
) -> Institution:
    """An HR agency with a valid code of its own; the dossier of ``organisation`` when one is given."""
    park = park or make_park(at=at)
    n = Institution.objects.count() + 1
    given: dict[str, Any] = {
        "kind": Kind.AGENCY, "name": f"广州第{n}人才服务有限公司", "uscc": sample_uscc(40_000_000 + n),
        "legal_form": LegalForm.LIMITED, "legal_representative": sample_name(n), "founded_on": date(2018, 5, 8),
    }  # fmt: skip
    if organisation is not None:
        given |= {"name": organisation.name, "uscc": organisation.uscc}
    given |= over
    if given["kind"] == Kind.SUPPORTING:
        given.setdefault("supporting_kind", "law")
    return add_institution(
        actor=HOUSE, at=at, key=f"institution:{park.pk}:{given['name']}", park=park, organisation=organisation, **given
    )


def make_resident(
    *, at: datetime = AT, park: Park | None = None, starts: date | None = None, unit: Space | None = None,
    ends: date | None = None, permit: str | None = LicenceKind.HR_LICENCE, segments: tuple[str, ...] = (), **over: Any,
) -> Institution:  # fmt: skip
    """An institution in the park since a year before ``at``, with a valid permit (``None``: without) and segments."""
    institution = make_institution(at=at, park=park, **over)
    starts = starts or at.date() - timedelta(days=365)
    make_residency(at=at, institution=institution, starts=starts, unit=unit, ends=ends)
    if permit is not None and institution.kind == Kind.AGENCY:
        make_licence(at=at, institution=institution, kind=permit)
    for code in segments:
        declare_segment(
            actor=HOUSE, at=at, key=f"segment:{institution.pk}:{code}", institution=institution, code=code, since=starts
        )
    institution.refresh_from_db()
    return institution


def make_residency(*, at: datetime = AT, institution: Institution, starts: date, **over: Any) -> Residency:
    return begin_residency(
        actor=HOUSE, at=at, key=f"residency:{institution.pk}:{starts}", institution=institution, starts=starts, **over
    )


def make_licence(*, at: datetime = AT, institution: Institution, kind: str = LicenceKind.HR_LICENCE, **over: Any) -> Licence:
    """A verified permit that holds from three years before ``at`` to two years after it."""
    n = Licence.objects.count() + 1
    number = {
        LicenceKind.HR_LICENCE: f"（粤）人服证字〔2023〕第{n:07d}号",
        LicenceKind.FILING: f"440112{n:06d}",
        LicenceKind.DISPATCH: f"4401122023{n:04d}",
    }.get(LicenceKind(kind), f"粤B2-2023{n:04d}")
    given = {
        "number": number, "issuer": "广州市黄埔区人力资源和社会保障局", "valid_from": at.date() - timedelta(days=3 * 365),
        "valid_to": at.date() + timedelta(days=2 * 365), **over,
    }  # fmt: skip
    return add_licence(
        actor=HOUSE, at=at, key=f"licence:{institution.pk}:{given['number']}", institution=institution, kind=kind, **given
    )


def make_staff_member(*, at: datetime = AT, institution: Institution, **over: Any) -> StaffMember:
    n = StaffMember.objects.count() + 1
    given = {"name": sample_name(n), "education": "bachelor", "professional": True, "since": date(2022, 3, 1), **over}
    return add_staff_member(actor=HOUSE, at=at, key=f"staff:{institution.pk}:{n}", institution=institution, **given)


def make_contact(*, at: datetime = AT, institution: Institution, **over: Any) -> Contact:
    n = Contact.objects.count() + 1
    given = {"name": sample_name(n + 7), "post": "综合部经理", "mobile": sample_mobile(30_000_000 + n), **over}
    return set_contact(actor=HOUSE, at=at, key=f"contact:{institution.pk}:{n}", institution=institution, **given)


#: The headings of a register as operators keep it, in words that are not ours.
REGISTER = (
    "序号", "机构名称", "统一社会信用代码", "机构类别", "法人代表", "成立时间", "注册资本（万元）", "人力资源服务许可证号", "许可证有效期至",
    "备案号", "员工人数", "联系人", "联系电话", "入驻时间", "单元/房号", "业务范围", "退出日期",
)  # fmt: skip


def register_code(n: int) -> str:
    """The code of the n-th row of a sample register."""
    return sample_uscc(60_000 + n)


def register_row(n: int, **over: Any) -> tuple[Any, ...]:
    """The n-th row under ``REGISTER``, as somebody typed it."""
    given = {
        "序号": n, "机构名称": f"广州第{n}人才服务有限公司", "统一社会信用代码": register_code(n), "机构类别": "人力资源服务机构",
        "法人代表": "陈志远", "成立时间": "2018年5月8日", "注册资本（万元）": "500",
        "人力资源服务许可证号": f"（粤）人服证字〔2023〕第{n:07d}号", "许可证有效期至": "2028.1.9", "备案号": "", "员工人数": "26人",
        "联系人": "黄佳雯", "联系电话": "138 0000 0000", "入驻时间": "2024-03-01", "单元/房号": "", "业务范围": "招聘、猎头；人力资源培训",
        "退出日期": "",
    }  # fmt: skip
    return tuple({**given, **over}[name] for name in REGISTER)
