"""An operator's own register of institutions, as it stands in their Excel: dossier, permits, contact, segments, stay."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import models

from hrpark.accounts.actions import add_organisations
from hrpark.accounts.models import OrganisationKind
from hrpark.parks.actions import Occupied, occupy_anew
from hrpark.parks.models import Occupancy, OccupancyKind
from hrpark.parks.queries import Board, Held, midnight
from hrpark.sheets.actions import Stale
from hrpark.sheets.kinds import Field, ImportTarget, Problem, Row
from hrpark.toolbox.dates import OPEN_ENDED, Period, date_table
from hrpark.toolbox.identifiers import mask_mobile
from hrpark.trail.actions import Actor

from .. import permissions
from ..actions import mark_dirty, record_facts
from ..facts import DOSSIER, HEADCOUNT
from ..kinds import segments_on
from ..models import (
    Contact,
    DeclaredSegment,
    Fact,
    Institution,
    Kind,
    LegalForm,
    Licence,
    LicenceKind,
    Residency,
    Status,
    SupportingKind,
)
from ..rules import status_on

#: Fields that stand on the institution itself.
OWN = (
    "name", "kind", "supporting_kind", "legal_form", "legal_representative", "founded_on", "registered_capital",
    "registered_address", "business_address",
)  # fmt: skip
#: kind of permit → its fields: number, first day, validity, issuer
PERMIT_FIELDS = {
    LicenceKind.HR_LICENCE: ("licence_number", "licence_from", "licence_period", "licence_issuer"),
    LicenceKind.FILING: ("filing_number", "filing_from", "filing_period", "filing_issuer"),
    LicenceKind.DISPATCH: ("dispatch_number", "dispatch_from", "dispatch_period", "dispatch_issuer"),
}
NAMES = {LicenceKind.HR_LICENCE: "许可证", LicenceKind.FILING: "备案", LicenceKind.DISPATCH: "派遣许可证"}
STAY = ("resident_since", "unit", "left_on")
#: How far ahead of the day of the import a date may lie, in days.
AHEAD = (
    ("founded_on", "成立日期", 0),
    ("filing_from", "备案日期", 0),
    ("licence_from", "许可证有效期起", 366),
    ("dispatch_from", "劳务派遣许可证有效期起", 366),
    ("resident_since", "入驻日期", 366),
    ("left_on", "退出日期", 7305),
)
#: A space over [starts, ends).
Span = tuple[int, datetime, datetime | None]
_LISTED = segments_on(date.max)
_SEGMENT_CHOICES = {s.code: (s.label, *s.aliases) for s in _LISTED} | {
    n.code: (n.label, *n.aliases) for s in _LISTED for n in s.niches
}
_SEGMENT_ORDER = {code: place for place, code in enumerate(_SEGMENT_CHOICES)}
_KINDS = {
    Kind.AGENCY: ("人力资源服务机构", "人力资源机构", "人力资源", "人服机构", "HR机构"),
    Kind.SUPPORTING: ("配套服务机构", "配套机构", "支撑机构", "配套", "支撑服务机构"),
}
_SUPPORTING = {
    SupportingKind.LAW: ("法律", "律所", "律师事务所", "法律服务"),
    SupportingKind.FINANCE: ("金融", "银行", "保险", "金融服务"),
    SupportingKind.TAX: ("财税", "会计", "税务", "财务", "财税服务"),
    SupportingKind.IP: ("知识产权", "专利"),
    SupportingKind.EDUCATION: ("教育", "院校"),
    SupportingKind.HEALTH: ("医疗", "体检", "健康"),
    SupportingKind.CATERING: ("餐饮", "食堂", "咖啡"),
    SupportingKind.LODGING: ("住宿", "酒店", "公寓"),
    SupportingKind.OTHER: ("其他", "其它"),
}
_FORMS = {
    LegalForm.LIMITED: (
        "有限责任公司", "有限公司", "有限责任公司（自然人独资）", "有限责任公司（法人独资）", "有限责任公司（自然人投资或控股）",
        "有限责任公司（国有独资）", "有限责任公司（外商投资、非独资）", "其他有限责任公司",
    ),
    LegalForm.JOINT_STOCK: ("股份有限公司", "股份公司", "股份有限公司（上市）", "股份有限公司（非上市、自然人投资或控股）"),
    LegalForm.BRANCH: ("分公司（分支机构）", "分公司", "分支机构", "有限责任公司分公司"),
    LegalForm.SOLE_TRADER: ("个体工商户", "个体户", "个体"),
    LegalForm.PARTNERSHIP: ("合伙企业", "普通合伙企业", "有限合伙企业", "普通合伙", "有限合伙", "特殊普通合伙"),
    LegalForm.SOLE_OWNER: ("个人独资企业", "个人独资"),
    LegalForm.PUBLIC_BODY: ("事业单位",),
    LegalForm.CIVIL_NONPROFIT: ("民办非企业单位", "民办非企业", "民非"),
    LegalForm.ASSOCIATION: ("社会团体", "协会", "行业协会"),
    LegalForm.FOREIGN_OFFICE: ("外国企业代表机构", "外国（地区）企业常驻代表机构", "代表处"),
    LegalForm.OTHER: ("其他", "其它"),
}  # fmt: skip


@dataclass
class Context:
    """What rows are judged by, read once: the day, the spaces, the stays and permits of those who are in the register."""

    today: date
    board: Board
    #: uscc → (id, kind) of the dossier
    known: dict[str, tuple[int, str]] = field(default_factory=dict)
    stays: dict[str, Residency] = field(default_factory=dict)
    #: uscc → the first day after the stay before the latest one
    before: dict[str, date] = field(default_factory=dict)
    contacts: set[str] = field(default_factory=set)
    #: (uscc, kind) → the permit that the register has
    permits: dict[tuple[str, str], Licence] = field(default_factory=dict)
    #: (uscc, kind, number) of permits that have a successor in the register
    superseded: set[tuple[str, str, str]] = field(default_factory=set)
    #: id of a stay → name of who stays
    names: dict[str, str] = field(default_factory=dict)
    moved: set[int] = field(default_factory=set)
    #: names of companies in formation, whose dossiers wait for their code
    founding: set[str] = field(default_factory=set)
    #: (space, uscc) that another row of the same file wants for the same days, with that row's name
    rivals: dict[tuple[int, str], str] = field(default_factory=dict)


class InstitutionRegister(ImportTarget):
    """机构名册: one row an institution. Blank cells say nothing; the same file twice changes nothing."""

    key = "institutions.register"
    label = "机构名册"
    permission = permissions.IMPORT
    identity = "uscc"
    chunk = 5000
    help = (
        "一行一家机构，以统一社会信用代码为准：名册中没有的为新增，已有的只更新填写了的栏。"
        "单元写园区登记的编号即可占用该单元；写不出编号的可写位置说明。"
    )
    fields = (
        Field("name", "机构名称", "title", ("企业名称", "单位名称", "公司名称", "名称", "入驻企业"), required=True, max_length=120,
              example="广州启航人力资源有限公司"),
        Field("uscc", "统一社会信用代码", "uscc", ("信用代码", "社会信用代码", "统一代码", "营业执照号", "代码"), required=True,
              example="91440112MA5CJQ4N59"),
        Field("kind", "类别", "choice", ("机构类别", "机构类型", "企业类别"), choices=_KINDS, example="人力资源服务机构",
              help="不填按人力资源服务机构登记。"),
        Field("supporting_kind", "配套类型", "choice", ("配套服务类型", "服务类型"), choices=_SUPPORTING,
              help="仅配套服务机构填写。"),
        Field("legal_form", "法律形式", "choice", ("企业类型", "公司类型", "主体类型", "市场主体类型"), choices=_FORMS,
              example="有限责任公司"),
        Field("legal_representative", "法定代表人", "person", ("法人", "法人代表", "法人姓名", "负责人", "企业负责人"), max_length=60,
              example="陈志远"),
        Field("founded_on", "成立日期", "date", ("注册时间", "成立时间", "注册日期"), example="2018-05-08"),
        Field("registered_capital", "注册资本", "money", ("注册资金",), minimum=0, maximum=10**15, example="500万元"),
        Field("registered_address", "注册地址", "title", ("住所", "注册地", "工商注册地址"), max_length=200),
        Field("business_address", "经营地址", "title", ("办公地址", "实际经营地址", "联系地址"), max_length=200),
        Field("licence_number", "许可证编号", "text",
              ("人力资源服务许可证编号", "人力资源服务许可证号", "许可证号", "人力资源服务许可证", "许可证/编号"), max_length=60,
              example="（粤）人服证字〔2023〕第0100001号"),
        Field("licence_from", "许可证有效期起", "date", ("发证日期", "许可证发证日期", "许可证/有效期起", "许可证起始日期")),
        Field("licence_period", "许可证有效期", "period",
              ("许可证有效期至", "许可证有效期止", "许可证到期日期", "许可证/有效期", "许可证/有效期至", "有效期", "有效期至"),
              example="2023-01-10至2028-01-09"),
        Field("licence_issuer", "许可证发证机关", "title", ("发证机关", "发证机构", "许可证/发证机关"), max_length=120),
        Field("filing_number", "备案编号", "text", ("备案号", "人力资源服务备案编号", "备案凭证编号", "备案证号", "备案/编号"),
              max_length=60, example="440112000123"),
        Field("filing_from", "备案日期", "date", ("备案时间", "备案/日期")),
        Field("filing_period", "备案有效期", "period", ("备案有效期至", "备案/有效期")),
        Field("filing_issuer", "备案机关", "title", ("备案部门", "备案/机关"), max_length=120),
        Field("dispatch_number", "劳务派遣许可证编号", "text",
              ("派遣许可证编号", "派遣许可证号", "劳务派遣经营许可证编号", "劳务派遣经营许可证", "派遣证号", "派遣许可证/编号"),
              max_length=60),
        Field("dispatch_from", "劳务派遣许可证有效期起", "date", ("派遣许可证有效期起", "派遣许可证/有效期起")),
        Field("dispatch_period", "劳务派遣许可证有效期", "period",
              ("派遣许可证有效期", "派遣许可证有效期至", "劳务派遣许可证有效期至", "派遣许可证/有效期")),
        Field("dispatch_issuer", "劳务派遣许可证发证机关", "title", ("派遣许可证发证机关",), max_length=120),
        Field("headcount", "从业人员数", "integer",
              ("从业人数", "员工人数", "职工人数", "人员规模", "在职人数", "员工数", "人数"), minimum=0, maximum=1_000_000,
              example="26"),
        Field("contact_name", "联系人", "person", ("联系人姓名", "联络人", "经办人"), max_length=60, example="黄佳雯"),
        Field("contact_phone", "联系电话", "phone", ("电话", "手机", "手机号", "手机号码", "联系方式", "联系人电话"),
              example="13800000000"),
        Field("resident_since", "入驻日期", "date", ("入驻时间", "入园日期", "入园时间", "进驻日期"), example="2024-03-01"),
        Field("unit", "单元", "text", ("房号", "单元号", "房间号", "入驻单元", "办公位置", "楼层房号", "位置", "单元/房号"),
              max_length=60, example="A座301"),
        Field("segments", "业务范围", "choices",
              ("细分领域", "主营业务", "业务类型", "业态", "主营业态", "服务范围", "主要业务"), choices=_SEGMENT_CHOICES,
              example="人力资源招聘、人力资源培训", help="多项用顿号、逗号或分号隔开。"),
        Field("left_on", "退出日期", "date", ("退出时间", "离园日期", "退园日期", "退租日期", "迁出日期")),
    )  # fmt: skip

    # --- what the register has ---------------------------------------------------------------------------------------

    def existing(self, park_id: int, identities: Sequence[str], *, lock: bool = False) -> Mapping[str, Mapping[str, Any]]:
        found = Institution.objects.filter(park_id=park_id, uscc__in=identities)
        if lock:
            found = found.select_for_update()
        rows = {r["id"]: r for r in found.values("id", "uscc", *OWN)}
        for row in rows.values():
            row |= {"segments": ()}
        ids = list(rows)
        for licence in _current_licences(ids).values():
            number, first, period, issuer = PERMIT_FIELDS[LicenceKind(licence.kind)]
            until = OPEN_ENDED if licence.valid_to is None else licence.valid_to
            rows[licence.institution_id] |= {
                number: licence.number, first: licence.valid_from, period: Period(licence.valid_from, until),
                issuer: licence.issuer,
            }  # fmt: skip
        for contact in Contact.objects.filter(institution_id__in=ids, main=True):
            rows[contact.institution_id] |= {"contact_name": contact.name, "contact_phone": contact.mobile}
        for institution, stay in _last_stays(ids).items():
            rows[institution] |= {"resident_since": stay.starts, "unit": _where(stay), "left_on": stay.ends}
        for institution, codes in _open_segments(ids).items():
            rows[institution]["segments"] = tuple(sorted(codes, key=lambda c: _SEGMENT_ORDER.get(c, 99)))
        for institution, value in Fact.objects.filter(institution_id__in=ids, key=HEADCOUNT, valid_to__isnull=True).values_list(
            "institution_id", "value"
        ):
            rows[institution]["headcount"] = value
        return {row["uscc"]: row for row in rows.values()}

    # --- what is wrong with a row ------------------------------------------------------------------------------------

    def context(self, park_id: int, at: datetime, rows: Sequence[Mapping[str, Any]]) -> Context:
        context = Context(at.date(), Board(park_id))
        codes = sorted({r["uscc"] for r in rows if r.get("uscc")})
        for part in _parts(codes, 5000):
            by_id = {}
            for pk, uscc, kind in Institution.objects.filter(park_id=park_id, uscc__in=part).values_list("pk", "uscc", "kind"):
                context.known[uscc], by_id[pk] = (pk, kind), uscc
            ids = list(by_id)
            for stay in _stays(ids):
                uscc = by_id[stay.institution_id]
                if uscc in context.stays and context.stays[uscc].ends:
                    context.before[uscc] = context.stays[uscc].ends
                context.stays[uscc] = stay
            context.contacts |= {
                by_id[pk] for pk in Contact.objects.filter(institution_id__in=ids).values_list("institution_id", flat=True)
            }
            current = _current_licences(ids)
            context.permits |= {(by_id[pk], kind): licence for (pk, kind), licence in current.items()}
            for pk, kind, number in Licence.objects.filter(institution_id__in=ids).values_list(
                "institution_id", "kind", "number"
            ):
                if (pk, kind) in current and current[pk, kind].number != number:
                    context.superseded.add((by_id[pk], kind, number))
        nameless = Institution.objects.filter(park_id=park_id, uscc__isnull=True)
        context.founding = set(nameless.values_list("name", flat=True))
        context.moved = _moved([stay.pk for stay in context.stays.values()])
        self._stays_of_others(context, park_id, rows)
        return context

    def _stays_of_others(self, context: Context, park_id: int, rows: Sequence[Mapping[str, Any]]) -> None:
        """Who holds the spaces that the file names, and which of its own rows want the same one."""
        claims: dict[int, list[tuple[datetime, datetime | None, str, str]]] = defaultdict(list)
        for row in rows:
            space = context.board.find(row["unit"]) if row.get("unit") else None
            uscc = row.get("uscc", "")
            stay = context.stays.get(uscc)
            since = row.get("resident_since") or (stay.starts if stay else None)
            if space is None or since is None:
                continue
            starts, ends = midnight(since), midnight(row.get("left_on") or (stay.ends if stay else None))
            for one in (space, *context.board.above(space), *context.board.within(space)):
                for begins, stops, other, name in claims[one]:
                    if other != uscc and (stops is None or starts < stops) and (ends is None or begins < ends):
                        context.rivals.setdefault((space, uscc), name)
            claims[space].append((starts, ends, uscc, row.get("name", "")))
        named = Residency.objects.filter(park_id=park_id, unit__isnull=False)
        context.names = {str(pk): name for pk, name in named.values_list("pk", "institution__name")}

    def check(self, values: Mapping[str, Any], context: Context) -> Iterator[Problem]:
        uscc = values.get("uscc", "")
        stay = context.stays.get(uscc)
        for name, label, days in AHEAD:
            if name in values and values[name] > context.today + timedelta(days=days):
                yield Problem(
                    f"{label}{values[name]:%Y-%m-%d}{'晚于今天' if not days else '过于久远'}，请核对。", name, "future"
                )
        yield from self._check_permits(values, context, uscc)
        if "contact_phone" in values and "contact_name" not in values and uscc not in context.contacts:
            yield Problem("填写了联系电话，但没有联系人姓名，请补填。", "contact_name", "missing")
        if uscc not in context.known and values.get("name") in context.founding:
            yield Problem("名册中有同名、尚未登记代码的机构（筹建中）。请先在该机构档案补填代码，再导入。", "name", "founding")
        kind = values.get("kind") or context.known.get(uscc, (0, Kind.AGENCY))[1]
        if values.get("segments") and kind == Kind.SUPPORTING:
            yield Problem("配套服务机构不申报细分领域，请清空业务范围，或改正类别。", "segments", "kind")
        if values.get("supporting_kind") and kind == Kind.AGENCY:
            yield Problem("只有配套服务机构填写配套类型，请清空，或改正类别。", "supporting_kind", "kind")
        yield from self._check_stay(values, context, uscc, stay)

    def _check_permits(self, values: Mapping[str, Any], context: Context, uscc: str) -> Iterator[Problem]:
        for kind, (number, first, period, issuer) in PERMIT_FIELDS.items():
            label, given, known = NAMES[kind], values.get(number), context.permits.get((uscc, kind))
            if given is None and known is None and any(name in values for name in (first, period, issuer)):
                yield Problem(f"填写了{label}的日期或机关，但没有编号，请补填编号。", number, "missing")
            if (uscc, kind, given) in context.superseded:
                yield Problem(f"名册中已有更新的{label}，文件中的“{given}”是旧的编号，请核对。", number, "superseded")
            span: Period | None = values.get(period)
            if span is not None and span.since and first in values and span.since != values[first]:
                yield Problem(f"{label}有效期的起始日与“{self.by_name()[first].label}”不一致，请核对。", period, "order")
                continue
            # What the permit would be: the file's days, and those of the register that the file leaves open.
            permit = Licence(kind=kind) if known is None or given not in (None, known.number) else copy(known)
            _fill_licence(permit, values, first, period, issuer)
            if permit.valid_from and permit.valid_to and permit.valid_to < permit.valid_from:
                days = f"到期日{permit.valid_to:%Y-%m-%d}早于起始日{permit.valid_from:%Y-%m-%d}"
                yield Problem(f"{label}{days}，请核对。", period, "order")

    def _check_stay(self, values: Mapping[str, Any], context: Context, uscc: str, stay: Residency | None) -> Iterator[Problem]:
        since, until = values.get("resident_since"), values.get("left_on")
        if since is None and stay is None:
            if until is not None or values.get("unit"):
                yield Problem("填写了单元或退出日期，但没有入驻日期，请补填。", "resident_since", "missing")
            return
        returns = _returns(stay, since)
        starts = since or stay.starts
        ends = until if until is not None else None if stay is None or returns else stay.ends
        if ends is not None and ends < starts:
            yield Problem(f"退出日期{ends:%Y-%m-%d}早于入驻日期{starts:%Y-%m-%d}，请核对。", "left_on", "order")
            return
        if stay is not None and not returns and since is not None and since != stay.starts:
            if stay.pk in context.moved:
                yield Problem("该机构入驻后调换过单元，入驻日期请在机构档案中更正。", "resident_since", "moved")
            if uscc in context.before and since < context.before[uscc]:
                yield Problem(f"该机构上一次入驻到{context.before[uscc]:%Y-%m-%d}才结束，请核对。", "resident_since", "overlap")
        space = context.board.find(values["unit"]) if values.get("unit") else None
        if space is None or (stay is not None and not returns and values["unit"] == _where(stay)):
            return
        rival = context.rivals.get((space, uscc))
        if rival is not None:
            yield _shared(values["unit"], f"文件中“{rival}”同期也在该单元")
            return
        begins = starts
        if (
            stay is not None
            and not returns
            and stay.unit_id is not None
            and starts <= context.today
            and (ends is None or context.today < ends)
        ):
            begins = context.today
        if ends is not None and ends <= begins:
            return
        own = str(stay.pk) if stay is not None else ""
        holder = context.board.holder(space, midnight(begins), midnight(ends), but=own)
        if holder is not None:
            name = context.names.get(holder.subject_id) if holder.subject_type == Residency.subject_type else None
            yield _shared(values["unit"], f"“{name}”同期在该单元" if name else "该空间同期已被占用")

    # --- writing -----------------------------------------------------------------------------------------------------

    def write(
        self, rows: Sequence[Row], *, actor: Actor, at: datetime, park: models.Model, job: models.Model
    ) -> Iterable[tuple[models.Model, Mapping[str, Any]]]:  # fmt: skip
        writing = _Writing(rows, at, park, f"import:{job.pk}")
        writing.institutions()
        writing.licences()
        writing.contacts()
        writing.segments()
        writing.stays()
        writing.statuses()
        return writing.told(self.by_name())


class _Writing:
    """One chunk on its way into the tables: each step a few statements, however many rows."""

    def __init__(self, rows: Sequence[Row], at: datetime, park: Any, source: str):
        self.rows, self.at, self.park, self.source = rows, at, park, source
        self.today = at.date()
        self.by_code: dict[str, Institution] = {}

    def mine(self, *names: str) -> Iterator[tuple[Row, Institution]]:
        """Rows that say something new of any of these fields."""
        for row in self.rows:
            said = row.values if row.new else row.changes
            if any(name in said for name in names):
                yield row, self.by_code[row.identity]

    @property
    def ids(self) -> list[int]:
        return [i.pk for i in self.by_code.values()]

    def institutions(self) -> None:
        new = [row for row in self.rows if row.new]
        bodies = add_organisations(
            kind=OrganisationKind.INSTITUTION, bodies={row.identity: row.values["name"] for row in new}, at=self.at
        )
        taken = set(
            Institution.objects.filter(park=self.park, organisation__in=list(bodies.values())).values_list(
                "organisation_id", flat=True
            )
        )
        made = []
        for row in new:
            body = bodies.get(row.identity)
            institution = Institution(
                park=self.park, uscc=row.identity, status=Status.LISTED, created_at=self.at, changed_at=self.at,
                organisation=None if body is None or body.pk in taken else body, kind=Kind.AGENCY,
            )  # fmt: skip
            _fill(institution, row)
            made.append(institution)
        Institution.objects.bulk_create(made)
        self.by_code = {i.uscc: i for i in made}
        old = {row.identity: row for row in self.rows if not row.new}
        known = {i.uscc: i for i in Institution.objects.filter(park=self.park, uscc__in=list(old))}
        for code, institution in known.items():
            institution.changed_at = self.at
            _fill(institution, old[code])
        self.by_code |= known
        Institution.objects.bulk_create(
            list(known.values()),
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=[*OWN, "uscc_reason", "changed_at"],
        )

    def licences(self) -> None:
        names = [name for fields in PERMIT_FIELDS.values() for name in fields]
        rows = list(self.mine(*names))
        ids = [i.pk for _, i in rows]
        current = _current_licences(ids)
        made, changed = [], []
        for row, institution in rows:
            for kind, (number, first, period, issuer) in PERMIT_FIELDS.items():
                said = row.values if row.new else row.changes
                if not any(name in said for name in (number, first, period, issuer)):
                    continue
                licence = current.get((institution.pk, kind))
                wanted = row.values.get(number)
                if licence is None or (wanted is not None and wanted != licence.number):
                    licence = Licence(institution_id=institution.pk, kind=kind, number=wanted or "", verified_at=self.at)
                    made.append(licence)
                else:
                    licence.verified_at = self.at
                    changed.append(licence)
                _fill_licence(licence, row.values, first, period, issuer)
        Licence.objects.bulk_create(made)
        Licence.objects.bulk_create(
            changed,
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["valid_from", "valid_to", "issuer", "verified_at"],
        )

    def contacts(self) -> None:
        rows = list(self.mine("contact_name", "contact_phone"))
        theirs: dict[int, list[Contact]] = defaultdict(list)
        for contact in Contact.objects.filter(institution_id__in=[i.pk for _, i in rows]):
            theirs[contact.institution_id].append(contact)
        demoted, made, changed = [], [], []
        for row, institution in rows:
            known = theirs[institution.pk]
            main = next((c for c in known if c.main), None)
            name = row.values.get("contact_name") or (main.name if main else "")
            phone = row.values.get("contact_phone")
            same = [c for c in known if c.name == name]
            chosen = next((c for c in same if phone is None or c.mobile == phone), None) or next(
                (c for c in same if c.main or not c.mobile), None
            )
            if main is not None and main is not chosen:
                demoted.append(main.pk)
            if chosen is None:
                made.append(Contact(institution_id=institution.pk, name=name, mobile=phone or "", main=True))
                continue
            chosen.main, chosen.mobile = True, phone or chosen.mobile
            changed.append(chosen)
        Contact.objects.filter(pk__in=demoted).update(main=False)
        Contact.objects.bulk_create(made)
        Contact.objects.bulk_create(changed, update_conflicts=True, unique_fields=["id"], update_fields=["main", "mobile"])

    def segments(self) -> None:
        rows = list(self.mine("segments"))
        running = _open_segments([i.pk for _, i in rows])
        made, ended = [], []
        for row, institution in rows:
            wanted, now = set(row.values["segments"]), running.get(institution.pk, {})
            since = row.values.get("resident_since") if row.new else None
            listed = segments_on(self.today)
            made += [
                DeclaredSegment(
                    institution=institution, edition=listed.key, code=code, since=min(since or self.today, self.today)
                )
                for code in sorted(wanted - set(now), key=_SEGMENT_ORDER.__getitem__)
            ]
            ended += [declared.pk for code, declared in now.items() if code not in wanted]
        still = DeclaredSegment.objects.filter(pk__in=ended)
        still.filter(since__gt=self.today).update(until=models.F("since"))
        still.filter(until__isnull=True).update(until=self.today)
        DeclaredSegment.objects.bulk_create(made)

    def stays(self) -> None:
        rows = list(self.mine(*STAY))
        last = _last_stays([i.pk for _, i in rows])
        board = Board(self.park.pk)
        made: list[Residency] = []
        kept: list[tuple[Residency, int | None]] = []
        # Whoever gave a reason may share a unit: they come after those who take it.
        for row, institution in sorted(rows, key=lambda pair: (bool(pair[0].reason), pair[0].number)):
            stay, since = last.get(institution.pk), row.values.get("resident_since")
            if stay is None or _returns(stay, since):
                stay = Residency(park_id=self.park.pk, institution_id=institution.pk, starts=since)
                made.append(stay)
            else:
                kept.append((stay, stay.unit_id))
                stay.starts = since or stay.starts
            if "left_on" in row.values:
                stay.ends = row.values["left_on"]
            if "unit" in row.values and row.values["unit"] != _where(stay):
                stay.unit_id = self._unit(board, stay, row)
                stay.unit_note = row.values["unit"]
        Residency.objects.bulk_create(made)
        Residency.objects.bulk_create(
            [stay for stay, _ in kept],
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["starts", "ends", "unit", "unit_note"],
        )
        wanted: dict[str, list[Span]] = {
            str(stay.pk): [(stay.unit_id, midnight(stay.starts), midnight(stay.ends))]
            for stay in made
            if stay.unit_id is not None
        }
        wanted |= self._held_anew(kept)
        try:
            occupy_anew(park=self.park, kind=OccupancyKind.RESIDENCY, subject_type=Residency.subject_type, wanted=wanted)
        except Occupied as error:
            raise Stale(f"{error.message}名册已重新核对，请查看后再次确认。") from error

    def _unit(self, board: Board, stay: Residency, row: Row) -> int | None:
        """The space that the words mean. Unknown words, and a unit shared with another for a reason, are a place only."""
        space = board.find(row.values["unit"])
        starts, ends, own = midnight(stay.starts), midnight(stay.ends), str(stay.pk or f"row {row.number}")
        if space is None or (row.reason and board.holder(space, starts, ends, but=own) is not None):
            return None
        board.hold(space, Held(starts, ends, OccupancyKind.RESIDENCY, Residency.subject_type, own))
        return space

    def _held_anew(self, kept: list[tuple[Residency, int | None]]) -> dict[str, list[Span]]:
        """What stays of the register hold from now on: begun earlier or later, ended, or moved today."""
        spans: dict[str, list[Span]] = defaultdict(list)
        ids = [str(stay.pk) for stay, _ in kept]
        held = Occupancy.objects.whole().filter(subject_type=Residency.subject_type, subject_id__in=ids).order_by("starts")
        for subject, *span in held.values_list("subject_id", "space_id", "starts", "ends"):
            spans[subject].append(tuple(span))
        today = midnight(self.today)
        for stay, unit_before in kept:
            mine = spans[str(stay.pk)]
            starts, ends = midnight(stay.starts), midnight(stay.ends)
            if mine:
                mine[0] = (mine[0][0], starts, mine[0][2])
                mine[-1] = (mine[-1][0], mine[-1][1], ends)
            if stay.unit_id != unit_before:
                begins = starts
                if mine and mine[-1][1] < today and (ends is None or today < ends):
                    mine[-1] = (mine[-1][0], mine[-1][1], begins := today)
                elif mine:
                    begins = mine.pop()[1]
                if stay.unit_id is not None:
                    mine.append((stay.unit_id, begins, ends))
        return {subject: spans[subject] for subject in ids}

    def statuses(self) -> None:
        stays: dict[int, list[tuple[date, date | None]]] = defaultdict(list)
        for pk, starts, ends in Residency.objects.filter(institution_id__in=self.ids).values_list(
            "institution_id", "starts", "ends"
        ):
            stays[pk].append((starts, ends))
        by_status: dict[str, list[int]] = defaultdict(list)
        for institution in self.by_code.values():
            status = status_on(institution.status, stays[institution.pk], self.today)
            if status != institution.status:
                by_status[status].append(institution.pk)
        for status, ids in by_status.items():
            Institution.objects.filter(pk__in=ids).update(status=status)
        headcounts = {i.pk: row.values["headcount"] for row, i in self.mine("headcount")}
        record_facts(key=HEADCOUNT, values=headcounts, on=self.today, source=self.source, at=self.at)
        mark_dirty(self.ids, DOSSIER, self.at)

    def told(self, fields: Mapping[str, Field]) -> list[tuple[Institution, dict[str, Any]]]:
        """What each timeline says: where it came from, and each field old → new. Numbers of people are masked."""
        told = []
        for row in self.rows:
            data: dict[str, Any] = {"import": self.source, "row": row.number}
            if row.changes:
                data["changed"] = {fields[n].label: [_plain(n, old), _plain(n, new)] for n, (old, new) in row.changes.items()}
            if row.reason:
                data["reason"] = row.reason
            told.append((self.by_code[row.identity], data))
        return told


# --- small things --------------------------------------------------------------------------------------------------------


def _fill(institution: Institution, row: Row) -> None:
    for name in OWN:
        if name in row.values:
            setattr(institution, name, row.values[name])
    if institution.kind == Kind.AGENCY:
        institution.supporting_kind = ""
    else:
        institution.supporting_kind = institution.supporting_kind or SupportingKind.OTHER
    if row.new and row.reason:
        institution.uscc_reason = row.reason


def _fill_licence(licence: Licence, values: Mapping[str, Any], first: str, period: str, issuer: str) -> None:
    span: Period | None = values.get(period)
    if first in values:
        licence.valid_from = values[first]
    if span is not None:
        licence.valid_from = span.since or licence.valid_from
        if span.until is not None:
            licence.valid_to = None if span.until == OPEN_ENDED else span.until
    licence.issuer = values.get(issuer) or licence.issuer


def _current_licences(ids: Sequence[int]) -> dict[tuple[int, str], Licence]:
    """(institution, kind) → the permit that lasts longest, the last entered of equals; revoked ones only when alone."""
    found: dict[tuple[int, str], Licence] = {}
    for licence in Licence.objects.filter(institution_id__in=ids, kind__in=PERMIT_FIELDS).order_by("pk"):
        before = found.get((licence.institution_id, licence.kind))
        if before is None or _lasts(licence) >= _lasts(before):
            found[licence.institution_id, licence.kind] = licence
    return found


def _lasts(licence: Licence) -> tuple[bool, date]:
    return licence.revoked_on is None, licence.valid_to or date.max


def _stays(ids: Sequence[int]) -> models.QuerySet[Residency]:
    return Residency.objects.filter(institution_id__in=ids).select_related("unit").order_by("starts", "pk")


def _last_stays(ids: Sequence[int]) -> dict[int, Residency]:
    """institution → its latest stay."""
    return {stay.institution_id: stay for stay in _stays(ids)}


def _returns(stay: Residency | None, since: date | None) -> bool:
    """Whether the file speaks of a new stay, begun after the last one had ended."""
    return stay is not None and stay.ends is not None and since is not None and since >= stay.ends and since != stay.starts


def _where(stay: Residency) -> str:
    """Where somebody stays, in the register's own words when it has any."""
    return stay.unit_note or (stay.unit.code if stay.unit_id and stay.unit else "")


def _open_segments(ids: Sequence[int]) -> dict[int, dict[str, DeclaredSegment]]:
    found: dict[int, dict[str, DeclaredSegment]] = defaultdict(dict)
    for declared in DeclaredSegment.objects.filter(institution_id__in=ids, until__isnull=True):
        found[declared.institution_id][declared.code] = declared
    return found


def _moved(stays: Sequence[int]) -> set[int]:
    """Stays that have held more than one unit."""
    moved: set[int] = set()
    for part in _parts([str(pk) for pk in stays], 5000):
        rows = Occupancy.objects.whole().filter(subject_type=Residency.subject_type, subject_id__in=part)
        counted = rows.values("subject_id").annotate(n=models.Count("pk")).filter(n__gt=1)
        moved |= {int(pk) for pk in counted.values_list("subject_id", flat=True)}
    return moved


def _shared(unit: str, why: str) -> Problem:
    message = f"单元“{unit}”：{why}。如确为合用，可填写说明后继续，届时只记位置，不占用单元。"
    return Problem(message, "unit", "occupied", overridable=True)


def _plain(name: str, value: Any) -> Any:
    if name == "contact_phone" and value:
        return mask_mobile(value)
    if isinstance(value, Period):
        return f"{date_table(value.since)} 至 {date_table(value.until)}"
    if isinstance(value, tuple):
        return [_LISTED.labels.get(code, code) for code in value]
    return value


def _parts(things: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for start in range(0, len(things), size):
        yield things[start : start + size]
