"""The application for admission as a kind of request: its states, its form, and what it asks for (4.3.1).

Days to answer and to decide are ours: the draft names none. What is asked for follows the practice of parks and incubators
(an application, licence, permit, roster, letter of authorisation, plan, proofs of priority).
"""

from __future__ import annotations

from datetime import date, datetime

from hrpark.cases import kinds
from hrpark.cases.kinds import APPLICANT, NOBODY, CaseKind, ItemText, Move, State, case_kind
from hrpark.cases.models import Case, Step
from hrpark.institutions.actions import cease_to_apply
from hrpark.institutions.kinds import segments_on
from hrpark.institutions.models import CredentialKind, Education, LegalForm, LicenceKind, SupportingKind
from hrpark.trail.actions import Actor

from .. import permissions
from ..models import Application

CHECKED = State("checked", "初审完成，待评审和决定")
ADMITTED = State("admitted", "准予入驻，待签协议")
SETTLED = State("settled", "已签入驻协议", ball=NOBODY, tone="done", final=True)
REVOKED = State("revoked", "已撤销准予", ball=NOBODY, tone="off", final=True)
REFUSED = State("refused", "不予入驻", ball=NOBODY, tone="off", final=True)

#: What the desk has before it: as handed in, or past the first check.
BEFORE_DECISION = ("submitted", "checked")
SEND_BACK = Move("send_back", "要求补正", BEFORE_DECISION, "correcting", responds=True)
RESPOND = Move("respond", "答复了申请人", BEFORE_DECISION, "", responds=True)
CHECK = Move("check", "完成了初审", ("submitted",), "checked")
ADMIT = Move("admit", "作出决定：准予入驻", ("checked",), "admitted", responds=True, completes=True)
CONDITION = Move("condition", "作出决定：有条件准予入驻", ("checked",), "admitted", responds=True, completes=True)
REFUSE = Move("refuse", "作出决定：不予入驻", ("checked",), "refused", responds=True, completes=True)
REVOKE = Move("revoke", "撤销了有条件准予入驻", ("admitted",), "revoked")
SIGN = Move("sign", "签订了入驻协议", ("admitted",), "settled")
WITHDRAW = Move(
    "withdraw", "撤回了申请", ("draft", "submitted", "correcting", "checked", "admitted"), "withdrawn", by=APPLICANT
)

LISTED = segments_on(date.max)
FORMING = {"field": "situation", "is": "forming"}
REGISTERED = {"not": FORMING}
#: In formation, or in need of the park's address for what it lacks: its permits come after it was admitted.
PENDING = {"any": [FORMING, {"field": "needs_address", "is": True}]}
AGENCY = {"field": "kind", "is": "agency"}
SUPPORTING = {"field": "kind", "is": "supporting"}


def _segments(permit: str) -> dict:
    """Holds where a segment (or a niche in one) is declared that needs this permit."""
    codes = [code for code, s in LISTED.by_code.items() if s.permit == permit]
    return {"all": [AGENCY, {"not": PENDING}, {"field": "segments", "has": codes}]}


BRANCH = {"field": "legal_form", "is": "branch"}
#: Calls itself a headquarters, or names a certificate of it.
HEADQUARTERS = {
    "any": [{"field": "headquarters_of", "filled": True}, {"field": "credentials", "row": {"field": "kind", "is": "headquarters"}}]
}  # fmt: skip


def _of_credential(kind: str, title: str, says: str) -> dict:
    """The proof of a priority qualification: asked for where one is declared."""
    declared = {"field": "credentials", "row": {"field": "kind", "is": kind}}
    return {"key": f"proof_{kind}", "title": title, "required": True, "says": says, "when": declared}


def _of_supporting(kind: str, key: str, title: str, says: str, required: bool = False) -> dict:
    """The licence of a supporting trade, of whoever can have it already."""
    when = {"all": [SUPPORTING, {"field": "supporting_kind", "is": kind}, {"not": PENDING}]}
    return {"key": key, "title": title, "required": required, "says": says, "when": when}


def _choices(of: type, *, without: tuple[str, ...] = ()) -> list[list[str]]:
    return [[value, label] for value, label in of.choices if value not in without]


FORMATION = "筹建情况"
IDENTITY, BUSINESS, PEOPLE, PRIORITY, WISHES = "机构信息", "业务与资质", "专业人员", "优先条件", "用房与联系人"

FIELDS = (
    {"key": "kind", "label": "机构类别", "type": "choice", "group": IDENTITY, "required": True, "fixed": True,
     "choices": [["agency", "人力资源服务机构"], ["supporting", "配套服务机构"]]},
    {"key": "supporting_kind", "label": "配套服务类型", "type": "choice", "group": IDENTITY, "required": True, "when": SUPPORTING,
     "fixed": True, "choices": _choices(SupportingKind)},
    {"key": "situation", "label": "登记情况", "type": "choice", "group": IDENTITY, "fixed": True,
     "choices": [["registered", "已取得营业执照"], ["forming", "筹建中，尚未取得营业执照"]]},
    {"key": "name", "label": "机构名称", "group": IDENTITY, "required": True, "max": 120, "fixed": True},
    {"key": "uscc", "label": "统一社会信用代码", "type": "uscc", "group": IDENTITY, "required": True, "fixed": True, "when": REGISTERED},
    {"key": "legal_form", "label": "法律形式", "type": "choice", "group": IDENTITY, "required": True, "choices": _choices(LegalForm),
     "help": "与营业执照“类型”一栏一致；筹建中的，选择拟设立的形式。"},
    {"key": "legal_representative", "label": "法定代表人或负责人", "group": IDENTITY, "required": True, "max": 60,
     "help": "筹建中的，填写拟任法定代表人。"},
    {"key": "founded_on", "label": "成立日期", "type": "date", "group": IDENTITY, "required": True, "past": True, "when": REGISTERED},
    {"key": "will_found", "label": "分公司填写：承诺在园区设立独立法人", "type": "yesno", "group": IDENTITY,
     "help": "分公司不是独立法人（4.3.1.1 a）；承诺设立的，只能有条件准予，并按期设立。"},
    {"key": "registered_capital", "label": "注册资本", "type": "amount", "group": IDENTITY, "unit": "元",
     "help": "与营业执照一致；可填“200万”。筹建中的，填写拟定数额。"},
    {"key": "registered_address", "label": "注册地址", "group": IDENTITY, "required": True, "when": REGISTERED},
    {"key": "business_address", "label": "现经营地址", "group": IDENTITY, "help": "与注册地址相同可不填。", "when": REGISTERED},

    {"key": "segments", "label": "业务细分领域", "type": "many", "group": BUSINESS, "required": True, "when": AGENCY,
     "choices": [[code, label] for code, label in LISTED.labels.items()],
     "help": "勾选已经开展和准备在园区开展的业务；每项业务需要的许可或备案见“入驻条件”。"},
    {"key": "licences", "label": "许可与备案", "type": "rows", "group": BUSINESS, "when": AGENCY, "row": "许可或备案", "columns": [
        {"key": "kind", "label": "种类", "type": "choice", "required": True, "choices": _choices(LicenceKind)},
        {"key": "number", "label": "编号", "required": True, "max": 60},
        {"key": "scope", "label": "范围", "max": 300},
        {"key": "issuer", "label": "发证机关", "max": 120},
        {"key": "valid_from", "label": "有效期起", "type": "date"},
        {"key": "valid_to", "label": "有效期止", "type": "last_day", "help": "没有印有效期的可不填，长期有效填“长期”。"}]},

    {"key": "staff", "label": "从业人员", "type": "rows", "group": PEOPLE, "required": True, "when": AGENCY, "row": "人员",
     "help": "拟在园区工作的人员；不需要身份证号。", "columns": [
         {"key": "name", "label": "姓名", "required": True, "max": 60, "personal": True},
         {"key": "education", "label": "学历", "type": "choice", "required": True, "choices": _choices(Education)},
         {"key": "professional", "label": "人力资源服务专业人员", "type": "yesno"},
         {"key": "qualification", "label": "职业资格或职称", "max": 80},
         {"key": "since", "label": "入职日期", "type": "date", "past": True}]},

    {"key": "headquarters_of", "label": "总部情况", "group": PRIORITY, "when": AGENCY, "max": 120,
     "help": "全国总部或区域总部的，写明是哪里的总部。"},
    {"key": "credentials", "label": "优先条件证明", "type": "rows", "group": PRIORITY, "row": "证明",
     "help": "没有可以不填；优先条件只影响排序，不影响能否入驻。", "columns": [
         {"key": "kind", "label": "种类", "type": "choice", "required": True, "choices": _choices(CredentialKind, without=("potential",))},
         {"key": "title", "label": "名称", "required": True, "max": 120},
         {"key": "issuer", "label": "认定单位", "required": True, "max": 120},
         {"key": "issuer_level", "label": "认定层级", "type": "choice",
          "choices": [["national", "国家级"], ["provincial", "省级"], ["municipal", "市级"], ["trade", "行业"]]},
         {"key": "list_name", "label": "榜单或名单", "max": 120, "when": {"field": "kind", "in": ["top100", "top50", "honour"]}},
         {"key": "level", "label": "等次或名次", "max": 20, "help": "例如 AAA、第36名。"},
         {"key": "scale", "label": "等次体系", "max": 60, "help": "例如 A–AAA 三等、A–AAAAA 五等。",
          "when": {"field": "kind", "is": "rating"}},
         {"key": "aspect", "label": "证明事项", "type": "choice", "required": True, "when": {"field": "kind", "is": "local"},
          "choices": [["registration", "注册"], ["tax", "纳税"], ["insurance", "社保"], ["statistics", "统计"]]},
         {"key": "year", "label": "年度", "type": "number"},
         {"key": "issued_on", "label": "认定日期", "type": "date", "past": True},
         {"key": "valid_to", "label": "有效期止", "type": "date"}]},

    {"key": "area", "label": "需要的面积", "type": "number", "group": WISHES, "required": True, "unit": "㎡"},
    {"key": "years", "label": "计划在园年限", "type": "number", "group": WISHES, "required": True, "unit": "年"},
    {"key": "needs_address", "label": "需要以园区地址办理登记或许可", "type": "yesno", "group": WISHES,
     "help": "作出决定后，园区可以开具场地证明，供办理设立登记、住所变更或申领许可使用。"},
    {"key": "from", "label": "希望入驻日期", "type": "date", "group": WISHES},
    {"key": "plan", "label": "经营计划", "type": "long", "group": WISHES, "required": True, "max": 2000,
     "help": "在园区做什么业务、服务哪些单位和人员、预计人员和营收。"},
    {"key": "contact", "label": "联系人", "group": WISHES, "required": True, "max": 60, "personal": True},
    {"key": "contact_post", "label": "联系人职务", "group": WISHES, "max": 60},
    {"key": "phone", "label": "联系电话", "type": "phone", "group": WISHES, "required": True, "personal": True},
    {"key": "email", "label": "电子邮箱", "type": "email", "group": WISHES, "personal": True},

    {"key": "declared_number", "label": "企业名称自主申报编号", "group": FORMATION, "max": 60, "when": FORMING,
     "help": "名称自主申报告知书上的编号，没有可不填。名称只保留2个月（企业名称登记管理规定第十八条）。"},
    {"key": "declared_until", "label": "名称保留期至", "type": "date", "group": FORMATION, "when": FORMING},
    {"key": "promoters", "label": "发起人", "type": "rows", "group": FORMATION, "required": True, "when": FORMING, "row": "发起人",
     "help": "全体股东或发起人；不需要证件号码。", "columns": [
         {"key": "name", "label": "姓名或名称", "required": True, "max": 120, "personal": True},
         {"key": "kind", "label": "类别", "type": "choice", "required": True, "choices": [["person", "自然人"], ["body", "法人或其他组织"]]},
         {"key": "share", "label": "拟出资比例", "max": 20, "help": "例如 60%。"}]},
)  # fmt: skip

MATERIALS = (
    {"key": "business_licence", "title": "营业执照或法人登记证书", "required": True, "says": "副本扫描件，加盖公章", "when": REGISTERED},
    {"key": "name_notice", "title": "企业名称自主申报告知书", "says": "或名称保留告知书；没有可不交", "when": FORMING},
    {"key": "promoters_paper", "title": "发起人协议或股东决定", "required": True, "says": "全体发起人签章，写明拟设企业和拟任法定代表人",
     "when": FORMING, "personal": True},
    {"key": "hr_licence", "title": "人力资源服务许可证", "required": True, "when": _segments("hr_licence"), "says": "招聘、寻访等业务需要"},
    {"key": "filing", "title": "人力资源服务备案凭证", "when": _segments("filing"),
     "says": "培训、测评、外包等业务需要；尚未开展的，可在开展后15日内备案再交"},
    {"key": "dispatch", "title": "劳务派遣经营许可证", "required": True, "when": _segments("dispatch"), "says": "劳务派遣业务需要"},
    {"key": "roster", "title": "专业人员名册及证明", "required": True, "when": AGENCY, "says": "学历或职业资格证明，可合并成一个文件",
     "personal": True},
    {"key": "authorisation", "title": "授权委托书", "required": True, "says": "法定代表人签字并加盖公章，写明经办人和委托事项；筹建中的由全体发起人签字",
     "personal": True},
    {"key": "plan_paper", "title": "经营计划书", "formats": ["pdf", "docx"], "says": "较详细的计划可另附"},
    {"key": "head_office", "title": "总公司营业执照和同意设立的文件", "required": True, "when": BRANCH, "says": "复印件，加盖总公司公章"},
    _of_supporting("law", "law_licence", "律师事务所执业许可证", "司法行政机关颁发", required=True),
    _of_supporting("finance", "finance_licence", "金融业务许可证", "从事持牌金融业务的必交"),
    _of_supporting("tax", "tax_licence", "代理记账许可证书或税务师事务所行政登记证书", "从事代理记账、涉税专业服务的必交"),
    _of_supporting("ip", "ip_licence", "专利代理机构执业许可证或商标代理备案", "从事专利、商标代理的必交"),
    _of_supporting("education", "school_licence", "民办学校办学许可证", "从事学历教育、职业技能培训的必交"),
    _of_supporting("health", "health_licence", "医疗机构执业许可证或诊所备案凭证", "卫生健康部门颁发", required=True),
    _of_supporting("catering", "food_licence", "食品经营许可证", "市场监管部门颁发", required=True),
    _of_supporting("lodging", "lodging_licence", "旅馆业特种行业许可证", "公安机关颁发", required=True),
    _of_credential("top100", "全球或大中华区100强榜单", "榜单原件或公布网页，写明发布机构、年度和名次"),
    _of_credential("honour", "行业诚信、先进称号证书", "近三年的表彰决定、证书或公布名单"),
    _of_credential("rating", "省级信用评级文件", "写明等次和等次体系"),
    _of_credential("top50", "全省行业50强榜单", "榜单原件或公布网页，写明发布机构、年度和名次"),
    {"key": "proof_headquarters", "title": "总部认定文件或分支机构名录", "says": "能证明是全国或区域总部的文件", "when": HEADQUARTERS},
    _of_credential("local", "注册、纳税、社保、统计关系证明", "四项各一份，可合并成一个文件"),
    {"key": "proofs", "title": "其他证明材料", "says": "可合并成一个文件"},
)  # fmt: skip

WORDS = """人力资源服务机构和法律、金融、财税等配套服务机构，可以申请入驻本园区。

在线填写申请表并上传材料后，园区会在首次答复时限内答复，并在办结时限内作出决定；材料需要补正时，会写明是哪一项、怎样改，补正期间不计入时限。

准予入驻的，双方签订入驻协议，写明单元和在园年限；机构应在协议签订后规定的期限内完成人员进驻并开展业务。

筹建中、尚未取得营业执照的企业可以用申报的名称申请；分公司承诺在园区设立独立法人的也可以申请。这两种情况只能有条件准予，并在决定书写明的期限内交齐营业执照、许可等。

优先条件只影响排队的先后，不作为能否入驻的条件。"""


@case_kind
class Admission(CaseKind):
    key, label, series = "admission", "入驻申请", "RY"
    form_read = True
    clauses = ("4.3.1.1", "4.3.1.3", "5.1.3")
    states = (kinds.DRAFT, kinds.SUBMITTED, kinds.CORRECTING, CHECKED, ADMITTED, SETTLED, REFUSED, REVOKED, kinds.WITHDRAWN)
    moves = (kinds.SUBMIT, SEND_BACK, kinds.RESUBMIT, RESPOND, CHECK, ADMIT, CONDITION, REFUSE, REVOKE, SIGN, WITHDRAW)
    outcomes = {"admitted": "准予入驻", "conditional": "有条件准予入驻", "refused": "不予入驻", "revoked": "撤销准予"}
    done = "作出决定"
    read, desk, own = permissions.READ, permissions.HANDLE, permissions.OWN
    item = ItemText(
        version=3,
        title="机构入驻申请", words=WORDS, fields=FIELDS, materials=MATERIALS, clock="working", first_response_days=3,
        completion_days=20, desk="入驻服务窗口",
    )  # fmt: skip

    def subject_of(self, case: Case) -> Application:
        return case.application

    def after(self, case: Case, move: Move, step: Step, *, actor: Actor, at: datetime) -> None:
        """Whatever closes the case closes the application: the institution may apply again."""
        if self.state(case.state).final:
            Application.objects.filter(case=case).update(open=False)
            if case.state != SETTLED.key and case.institution is not None:
                cease_to_apply(institution=case.institution, at=at)
