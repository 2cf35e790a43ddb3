"""Matrix 3, declared: which columns of a list each role sees, which of them masked, who takes them away as a file; who has a
telephone number in full; who downloads which attachment; which keys the API tells. Written by hand.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .identities import AUTHORITY, DESK, OWN

# ---------------------------------------------------------------- lists


@dataclass(frozen=True)
class Shown:
    """The columns of a list by their words; who sees only a mask in which; who may take the rows away as a file."""

    columns: str
    export: str
    masked: dict[str, str] = field(default_factory=dict)


_ROUNDS = "名称 状态 评价年度 数据截止日 进驻单位评价截止 自评截止 评估截止 评价方案 发布时间"
_INSTITUTIONS = (
    "机构名称 状态 类别 单元 入驻日期 许可有效期至 统一社会信用代码 法律形式 配套类型 法定代表人 成立日期 注册资本 联系人 联系电话 "
    "注册地址 更新时间"
)

_STARTS = "机构名称 状态 最后一日 签订日期 人员进驻 开展业务 协议编号 第几次"
_FILINGS = "机构名称 状态 报备期限 签订日期 报送时间 签收时间 回执编号 协议编号"

_CONDITIONS = "机构名称 状态 条件 最后一日 种类 提交时间 处理日期 决定的期限 受理编号"

#: URL of the list → what is shown there.
LISTS: dict[str, Shown] = {
    "portal-institutions": Shown("机构名称 类别 服务领域 许可与备案 入驻日期", export=""),
    "desk-people": Shown("姓名 状态 角色 单位 单位类别 登录账号 自 至", export=DESK, masked={"登录账号": "o"}),
    "desk-invitations": Shown("姓名 状态 角色 单位 邀请人 邀请时间 有效期至", export=DESK),
    "desk-trail": Shown("事项 操作人 对象 时间 编号", export="d"),
    "desk-institutions": Shown(_INSTITUTIONS, export=DESK),
    "desk-imports": Shown("文件 状态 导入到 行数 新增 变更 上传人 上传时间", export=DESK),
    "desk-admissions": Shown(
        "申请机构 状态 时限 办结期限 决定 受理编号 收件时间 类别 决定时间 统一社会信用代码 经办人 申请人", export=DESK
    ),
    "desk-admission-queue": Shown("申请机构 位次 得分 为什么 等什么 收件时间 受理编号 类别", export=DESK),
    "desk-potentials": Shown("机构 结果 评估类别 评估日期 有效期止 编号", export=DESK),
    "desk-cases": Shown(
        "标题 状态 时限 办结期限 种类 机构或申请人 经办人 受理编号 收件时间 办结时间 首次答复 结果 原因", export=DESK
    ),
    "desk-follow-ups": Shown("办件 评价 回访期限 受理编号 经办人 回访结果 回访时间", export=DESK),
    "desk-starts": Shown(_STARTS, export=DESK),
    "desk-checks": Shown("机构名称 状态 种类 年度 检查期限 检查日期 检查人", export=DESK),
    "desk-corrections": Shown("机构名称 状态 整改要求 整改期限 机构报告 验收日期 条款", export=DESK),
    "desk-exits": Shown(
        "机构名称 状态 计划最后在园日 最后在园日 退园原因 承诺在园至 未满承诺月数 受理编号 由谁提出", export=DESK
    ),
    "desk-conditions": Shown(_CONDITIONS, export=DESK),
    "tenant-conditions": Shown(_CONDITIONS, export="rcR"),
    "desk-filings": Shown(_FILINGS, export=DESK),
    "desk-documents": Shown("文书 状态 未回传天数 文号 签发时间 种类 签发人 档号", export=DESK),
    "desk-archive": Shown("档号 题名 文号 页数 保管期限 存放位置 收到日期 接收人 缺项说明 类别 归档时间", export=DESK),
    "desk-spaces": Shown("编号 状态 类别 名称 位于 功能区 在驻机构 建筑面积 占用自", export=DESK),
    "desk-rounds": Shown(_ROUNDS, export=DESK),
    "tenant-colleagues": Shown("姓名 状态 角色 机构 登录账号 自", export="rR"),
    "tenant-cases": Shown("事项 状态 由谁办理 办结期限 受理编号 提交时间 种类 申请人", export="rcR"),
    "authority-institutions": Shown(_INSTITUTIONS, export="s", masked={"联系电话": AUTHORITY}),
    "authority-admissions": Shown(
        "申请机构 状态 时限 办结期限 决定 受理编号 收件时间 类别 决定时间 统一社会信用代码", export=AUTHORITY
    ),
    "authority-cases": Shown(
        "标题 状态 时限 办结期限 种类 受理编号 收件时间 办结时间 首次答复 结果 原因 机构", export=AUTHORITY
    ),
    "authority-filings": Shown(_FILINGS, export=AUTHORITY),
    "authority-rounds": Shown(_ROUNDS, export=AUTHORITY),
    "authority-figures": Shown("指标 核定 年度 申报值 单位 核定值 申报单位 申报人 申报时间", export=AUTHORITY),
}
#: Drawn for the style page only, over rows that nobody has.
SAMPLES = frozenset({"styles-list"})

# ---------------------------------------------------------------- how to reach a person

#: Name of a number or address on the stage → who reads it in full; everybody else a mask at most.
REACHED: dict[str, str] = {
    # the institution's contact: its own people, and who keeps its dossier
    "contact_mobile": OWN + DESK,
    # what an applicant wrote into the form
    "form_phone": OWN + DESK,
    "form_email": OWN + DESK,
    "applied_phone": "a" + DESK,
    "applied_email": "a" + DESK,
    "drafted_phone": "a",
    # the key of an account: its holder, who manages people, and the representative for their clerk
    "mobile": "rd",
    "clerk_mobile": "rcd",
    "applicant_mobile": "ad",
    # whom somebody has invited: who may invite into that role
    "invited_mobile": "d",
    # a table that is being imported
    "import_phone": DESK,
    "elsewhere_mobile": "t",
}

# ---------------------------------------------------------------- attachments

_CASE = OWN + DESK + AUTHORITY
#: Attachment on the stage → who downloads it. With personal data: who keeps the record, not whoever reads it.
FILES: dict[str, str] = {
    "file_case": _CASE,
    "file_case_personal": OWN + DESK,
    "file_submitted": "a" + DESK + AUTHORITY,
    "file_submitted_personal": "a" + DESK,
    "file_drafted": "a",
    "file_document": _CASE,
    "file_word": _CASE,
    "file_envelope": _CASE,
    "file_original": _CASE,
    "file_word_template": DESK + AUTHORITY,
    "file_condition": _CASE,
    "file_institution": _CASE,
    "file_institution_personal": OWN + DESK,
    "file_licence": _CASE,
    "file_credential": _CASE,
    "file_credit": _CASE,
    "file_start": _CASE,
    "file_correction": _CASE,
    "file_own_declaration": _CASE,
    "file_own_figure": _CASE,
    # the letter of authorisation: the agent, the institution's representative, the park's people
    "file_letter": "a" + DESK,
    "file_role_letter": "cr" + DESK,
    "file_profile": DESK + AUTHORITY,
    "file_review": DESK + AUTHORITY,
    "file_basis": DESK + AUTHORITY,
    "file_potential": DESK + AUTHORITY,
    "file_declaration": DESK + AUTHORITY,
    "file_figure": DESK + AUTHORITY,
    "file_score": DESK + AUTHORITY,
    # the report of a published round: its residents, too
    "file_report": DESK + AUTHORITY + "rcR",
    "file_elsewhere": "tz",
}
#: Nobody may attach anything to these; what is issued on them hangs on its document.
WITHOUT_FILES = frozenset({"application"})

# ---------------------------------------------------------------- the API

_INSTITUTION = "id kind kind_label legal_form name next_expiry resident_since status status_label unit uscc"
_APPLICATION = (
    "closed_at completed_at due_at id institution institution_id number outcome received_at state state_label waits_for"
)
_JUDGEMENTS = (
    "judgements.clause judgements.edition judgements.evidence judgements.evidence.id judgements.evidence.says judgements.evidence.type "
    "judgements.judged_on judgements.kind judgements.outcome judgements.override judgements.override_reason judgements.printed "
    "judgements.reason judgements.says judgements.stands judgements.words"
)
_POINTS = "points.basis points.by_letter points.most points.total points.withheld"
_ROUND = "answers_until as_of assess_until edition finished_at id name published_at scheme self_until state state_label year"
_CLAUSE = "force force_label heading key merit modal note parent printed reference served_by short unmet"


def _page(keys: str) -> str:
    return "count page size items " + " ".join(f"items.{key}" for key in keys.split())


#: Path → every key that it tells.
API: dict[str, str] = {
    "api/v1/parks/<slug:park>/applications": _page(_APPLICATION),
    "api/v1/parks/<slug:park>/applications/<int:pk>": f"{_APPLICATION} round judgements {_JUDGEMENTS} points {_POINTS}",
    "api/v1/parks/<slug:park>/applications/<int:pk>#open": f"{_APPLICATION} round judgements {_JUDGEMENTS} points {_POINTS}",
    "api/v1/parks/<slug:park>/table1": (
        "as_of edition park year rows rows.key rows.label rows.level1 rows.level2 rows.measures "
        + " ".join(
            f"rows.measures.{key}"
            for key in (
                "basis", "basis_label", "bound", "change", "computed", "declared", "key", "label", "records", "records.ids", "records.type",
                "unit", "value", "verified", "why", "year_before",
            )
        )
    ),
    "api/v1/parks/<slug:park>/rounds": _page(_ROUND),
    "api/v1/parks/<slug:park>/rounds/<int:pk>/result": (
        "inputs_digest result result_digest round " + " ".join(f"round.{key}" for key in _ROUND.split())
    ),
    "api/v1/parks/<slug:park>/institutions": _page(_INSTITUTION),
    "api/v1/parks/<slug:park>/institutions/<int:pk>": (
        f"{_INSTITUTION} business_address founded_on permit_outcome permit_reason professionals registered_address licences licences.id "
        "licences.in_force licences.issuer licences.kind licences.kind_label licences.number licences.revoked_on licences.scope "
        "licences.valid_from licences.valid_to licences.verified residencies residencies.agreed_on residencies.ends residencies.id "
        "residencies.starts residencies.unit segments segments.code segments.label segments.outcome segments.reason segments.since"
    ),
    "api/v1/parks/<slug:park>/parameters": "basis key label since source source_label unit value",
    "api/v1/standard/editions": "clauses current digest key number rows status supersedes title",
    "api/v1/standard/editions/<edition>/clauses": _CLAUSE,
    "api/v1/standard/editions/<edition>/clauses/<key>": _CLAUSE,
    "api/v1/standard/editions/<edition>/rows": (
        "key label level1 level2 measures measures.key measures.kind measures.label measures.unit note served_by"
    ),
    "api/v1/standard/editions/<edition>/coverage": "clauses force label open served",
}  # fmt: skip
#: Path → identities → keys that they are not told: points of priority are the park's.
UNTOLD: dict[str, dict[str, str]] = {
    "api/v1/parks/<slug:park>/applications/<int:pk>": {OWN: _POINTS},
    "api/v1/parks/<slug:park>/applications/<int:pk>#open": {"a": _POINTS},
}
