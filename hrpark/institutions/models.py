"""institutions: the dossier of each body that is, wants to be, or was in a park (clauses 3, 4.3.1).

HR agencies (人力资源服务机构) and supporting agencies (配套服务机构) are kinds of one table. What a park knows of a legal
body belongs to that park: the same company in two parks has two dossiers, tied by ``organisation``. Residency is one row a
stay and owns its unit's occupancy. Facts are what other rooms found out, with the days on which they hold.

Not here: how an institution is admitted (admission), what it pays (leasing), its yearly figures (returns).
"""

from __future__ import annotations

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from hrpark.accounts.models import Organisation, Park
from hrpark.parks.models import Space
from hrpark.trail.actions import subject


class Kind(models.TextChoices):
    AGENCY = "agency", "人力资源服务机构"
    SUPPORTING = "supporting", "配套服务机构"


class LegalForm(models.TextChoices):
    """Whether a form is an independent legal person (4.3.1.1 a) is a rule's business: ``rules.is_legal_person``."""

    LIMITED = "limited", "有限责任公司"
    JOINT_STOCK = "joint_stock", "股份有限公司"
    BRANCH = "branch", "分公司（分支机构）"
    SOLE_TRADER = "sole_trader", "个体工商户"
    PARTNERSHIP = "partnership", "合伙企业"
    SOLE_OWNER = "sole_owner", "个人独资企业"
    PUBLIC_BODY = "public_body", "事业单位"
    CIVIL_NONPROFIT = "civil_nonprofit", "民办非企业单位"
    ASSOCIATION = "association", "社会团体"
    FOREIGN_OFFICE = "foreign_office", "外国企业代表机构"
    OTHER = "other", "其他"


class SupportingKind(models.TextChoices):
    LAW = "law", "法律"
    FINANCE = "finance", "金融"
    TAX = "tax", "财税"
    IP = "ip", "知识产权"
    EDUCATION = "education", "教育"
    HEALTH = "health", "医疗"
    CATERING = "catering", "餐饮"
    LODGING = "lodging", "住宿"
    OTHER = "other", "其他"


class Status(models.TextChoices):
    """Where an institution stands, kept by the verbs of residency in the same transaction as the residency itself."""

    APPLICANT = "applicant", "申请中"
    RESIDENT = "resident", "在驻"
    LEFT = "left", "已退出"
    LISTED = "listed", "在册"


class InstitutionQuerySet(models.QuerySet["Institution"]):
    def resident_on(self, day) -> InstitutionQuerySet:
        """With a residency that runs on that day."""
        return self.filter(Exists(Residency.objects.running(day).filter(institution=OuterRef("pk"))))

    def permitted_on(self, day) -> InstitutionQuerySet:
        """HR agencies by law on that day: holding a verified licence, filing or dispatch licence that is valid."""
        permits = Licence.objects.valid(day).filter(kind__in=PERMITS, institution=OuterRef("pk"))
        return self.filter(Exists(permits))


@subject("institution", "机构")
class Institution(models.Model):
    """A body as one park knows it. USCC is empty only for a company that is still being founded."""

    park = models.ForeignKey(Park, models.PROTECT, related_name="institutions")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="dossiers")
    kind = models.CharField("类别", max_length=12, choices=Kind)
    supporting_kind = models.CharField("配套类型", max_length=12, choices=SupportingKind, blank=True)
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.LISTED)
    name = models.CharField("机构名称", max_length=120)
    uscc = models.CharField("统一社会信用代码", max_length=18, null=True, blank=True)
    uscc_reason = models.CharField("代码校验不符的说明", max_length=200, blank=True)
    legal_form = models.CharField("法律形式", max_length=20, choices=LegalForm, blank=True)
    legal_representative = models.CharField("法定代表人", max_length=60, blank=True)
    founded_on = models.DateField("成立日期", null=True, blank=True)
    registered_capital = models.DecimalField("注册资本（元）", max_digits=18, decimal_places=2, null=True, blank=True)
    registered_address = models.CharField("注册地址", max_length=200, blank=True)
    business_address = models.CharField("经营地址", max_length=200, blank=True)
    headquarters_of = models.CharField("总部情况", max_length=120, blank=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    objects = InstitutionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["park", "uscc"], name="one_dossier_a_uscc"),
            models.UniqueConstraint(
                fields=["park", "name"], condition=Q(uscc__isnull=True), name="one_dossier_a_name_without_code"
            ),
            models.CheckConstraint(condition=Q(uscc__isnull=True) | ~Q(uscc=""), name="no_code_is_null"),
            models.UniqueConstraint(
                fields=["park", "organisation"], condition=Q(organisation__isnull=False), name="one_dossier_an_organisation"
            ),
            models.CheckConstraint(condition=Q(registered_capital__isnull=True) | Q(registered_capital__gte=0), name="capital"),
            models.CheckConstraint(
                condition=Q(kind="supporting") | Q(supporting_kind=""), name="supporting_kind_of_supporting_only"
            ),
        ]
        indexes = [
            models.Index(fields=["park", "-status", "name"], name="institution_order"),
            models.Index(fields=["park", "kind", "name"], name="institution_kind"),
            models.Index(fields=["park", "name"], name="institution_name"),
        ]

    def __str__(self) -> str:
        return self.name


class LicenceKind(models.TextChoices):
    """The three regimes of 广东省人力资源市场条例 (arts. 23, 26) and 劳动合同法 art. 57, and the telecom licence beside them."""

    HR_LICENCE = "hr_licence", "人力资源服务许可证"
    FILING = "filing", "人力资源服务备案"
    DISPATCH = "dispatch", "劳务派遣经营许可证"
    TELECOM = "telecom", "增值电信业务经营许可证"


#: What makes a body an HR agency (条例 arts. 23 and 26, 劳动合同法 art. 57); a telecom licence alone does not.
PERMITS = (LicenceKind.HR_LICENCE, LicenceKind.FILING, LicenceKind.DISPATCH)


class LicenceQuerySet(models.QuerySet["Licence"]):
    def in_force(self, day) -> LicenceQuerySet:
        """Valid by its dates on that day, verified or not."""
        return self.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=day),
            Q(valid_to__isnull=True) | Q(valid_to__gte=day),
            Q(revoked_on__isnull=True) | Q(revoked_on__gt=day),
        )

    def valid(self, day) -> LicenceQuerySet:
        """In force, and seen by an officer: what figures count."""
        return self.in_force(day).filter(verified_at__isnull=False)


@subject("licence", "许可与备案")
class Licence(models.Model):
    """A permit or filing. ``valid_to`` empty: none is printed. A lapsed one stays; revoking is a date.

    What the institution enters itself is unverified until an officer has seen the original; figures count verified ones.
    """

    institution = models.ForeignKey(Institution, models.PROTECT, related_name="licences")
    kind = models.CharField("种类", max_length=12, choices=LicenceKind)
    number = models.CharField("编号", max_length=60)
    scope = models.CharField("许可或备案范围", max_length=300, blank=True)
    issuer = models.CharField("发证机关", max_length=120, blank=True)
    valid_from = models.DateField("有效期起", null=True, blank=True)
    valid_to = models.DateField("有效期止", null=True, blank=True, help_text="The last day on which it holds.")
    revoked_on = models.DateField("撤销或注销日期", null=True, blank=True)
    verified_at = models.DateTimeField("核验时间", null=True, blank=True)

    objects = LicenceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["institution", "kind", "number"], name="one_licence_a_number"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_from__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="licence_days",
            ),
        ]
        indexes = [models.Index(fields=["valid_to"], name="licence_expiry")]


class LicenceNudge(models.Model):
    """A reminder that was sent so many days ahead of the last day (or the filing day) of a licence: once for each such day."""

    licence = models.ForeignKey(Licence, models.PROTECT, related_name="nudges")
    last = models.DateField(help_text="The day it was about; a renewed licence is reminded of anew.")
    days = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["licence", "last", "days"], name="one_licence_nudge_a_day")]


class Education(models.TextChoices):
    SECONDARY = "secondary", "高中及以下"
    COLLEGE = "college", "大专"
    BACHELOR = "bachelor", "本科"
    MASTER = "master", "硕士研究生"
    DOCTOR = "doctor", "博士研究生"


@subject("staff_member", "专业人员")
class StaffMember(models.Model):
    """A person on the institution's roster, for 4.3.1.1 c and the licence's own rule. As little as that takes: no ID number."""

    institution = models.ForeignKey(Institution, models.PROTECT, related_name="staff")
    name = models.CharField("姓名", max_length=60)
    education = models.CharField("学历", max_length=12, choices=Education, blank=True)
    professional = models.BooleanField("人力资源服务专业人员", default=False)
    qualification = models.CharField("职业资格或职称", max_length=80, blank=True)
    since = models.DateField("入职日期", null=True, blank=True)
    until = models.DateField("离职日期", null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(since__isnull=True) | Q(until__gte=F("since")), name="staff_days"
            )
        ]


class DeclaredSegmentQuerySet(models.QuerySet["DeclaredSegment"]):
    def on(self, day) -> DeclaredSegmentQuerySet:
        """Declared for that day."""
        return self.filter(Q(until__isnull=True) | Q(until__gt=day), since__lte=day)


@subject("segment", "细分领域")
class DeclaredSegment(models.Model):
    """A business segment (十大细分领域) the institution declares, or a niche inside one (5.4.1.4).

    Codes, and the permit each segment needs: ``segments.yaml``. Declaring a niche declares its segment.
    """

    institution = models.ForeignKey(Institution, models.PROTECT, related_name="segments")
    edition = models.CharField(max_length=20, help_text="Version of the segment list.")
    code = models.CharField("细分领域", max_length=30)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    objects = DeclaredSegmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "edition", "code"], condition=Q(until__isnull=True), name="one_open_segment"
            ),
            models.CheckConstraint(condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="segment_days"),
        ]
        indexes = [models.Index(fields=["code", "institution"], name="segment_code")]


class CredentialKind(models.TextChoices):
    """The priority qualifications of 4.3.1.3, a to g."""

    TOP100 = "top100", "全球或大中华区100强"
    HONOUR = "honour", "诚信示范机构、先进单位等荣誉"
    RATING = "rating", "省级AA或AAA信用评级"
    TOP50 = "top50", "全省人力资源行业50强"
    HEADQUARTERS = "headquarters", "全国或区域总部"
    POTENTIAL = "potential", "高潜力、成长型、创新型评估"
    LOCAL = "local", "注册、纳税、社保、统计关系在本区"


@subject("credential", "资质与荣誉")
class Credential(models.Model):
    """A rating, award, ranking or proof, as its issuer gave it: list name, level within which scale, year, days."""

    institution = models.ForeignKey(Institution, models.PROTECT, related_name="credentials")
    kind = models.CharField("种类", max_length=14, choices=CredentialKind)
    title = models.CharField("名称", max_length=120)
    issuer = models.CharField("认定单位", max_length=120)
    issuer_level = models.CharField(
        "认定层级", max_length=12, blank=True,
        choices=[("national", "国家级"), ("provincial", "省级"), ("municipal", "市级"), ("trade", "行业"), ("park", "园区评估")],
    )  # fmt: skip
    list_name = models.CharField("榜单或名单", max_length=120, blank=True)
    level = models.CharField("等次", max_length=20, blank=True)
    scale = models.CharField("等次体系", max_length=60, blank=True, help_text="E.g. A–AAA of three, A–AAAAA of five.")
    aspect = models.CharField(
        "证明事项", max_length=12, blank=True,
        choices=[("registration", "注册"), ("tax", "纳税"), ("insurance", "社保"), ("statistics", "统计")],
    )  # fmt: skip
    year = models.PositiveSmallIntegerField("年度", null=True, blank=True)
    issued_on = models.DateField("认定日期", null=True, blank=True)
    valid_to = models.DateField("有效期止", null=True, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(issued_on__isnull=True) | Q(valid_to__gte=F("issued_on")),
                name="credential_days",
            )
        ]


@subject("contact", "联系人")
class Contact(models.Model):
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="contacts")
    name = models.CharField("姓名", max_length=60)
    post = models.CharField("职务", max_length=60, blank=True)
    mobile = models.CharField("手机号", max_length=20, blank=True)
    email = models.EmailField("电子邮箱", blank=True)
    main = models.BooleanField("主要联系人", default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["institution"], condition=Q(main=True), name="one_main_contact"),
            models.UniqueConstraint(fields=["institution", "name", "mobile"], name="one_contact"),
        ]


class CreditSource(models.TextChoices):
    """Where a bad record (4.3.1.1 b) would stand."""

    PUBLICITY = "publicity", "国家企业信用信息公示系统"
    CREDIT_CHINA = "credit_china", "信用中国"
    COURT = "court", "失信被执行人名单"
    TAX = "tax", "重大税收违法失信主体"
    LABOUR = "labour", "劳动保障失信联合惩戒名单"


@subject("credit_check", "信用核查")
class CreditCheck(models.Model):
    """What one source said of the institution on one day. A repaired record (信用修复) is not a bad one."""

    institution = models.ForeignKey(Institution, models.PROTECT, related_name="credit_checks")
    source = models.CharField("查询来源", max_length=14, choices=CreditSource)
    checked_on = models.DateField("查询日期")
    result = models.CharField(
        "结果", max_length=10, choices=[("clear", "无不良记录"), ("found", "有不良记录"), ("repaired", "已修复")]
    )
    note = models.CharField("说明", max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["institution", "source", "checked_on"], name="one_check_a_day")]


class ResidencyQuerySet(models.QuerySet["Residency"]):
    def running(self, day) -> ResidencyQuerySet:
        """Begun by that day and not yet ended on it."""
        return self.filter(Q(ends__isnull=True) | Q(ends__gt=day), starts__lte=day)


@subject("residency", "入驻")
class Residency(models.Model):
    """One stay in the park: agreed on, begun, ended. Owns the occupancy of its unit. Counted by T1.01, T1.02, T1.04."""

    park = models.ForeignKey(Park, models.PROTECT, related_name="+")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="residencies")
    unit = models.ForeignKey(Space, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="单元")
    unit_note = models.CharField("单元说明", max_length=60, blank=True, help_text="As the operator's register calls it.")
    agreed_on = models.DateField("入驻协议签订日期", null=True, blank=True)
    starts = models.DateField("入驻日期")
    ends = models.DateField("退出日期", null=True, blank=True, help_text="First day on which it is no longer resident.")
    leaving_reason = models.CharField("退出原因", max_length=120, blank=True)

    objects = ResidencyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["institution"], condition=Q(ends__isnull=True), name="one_open_residency"),
            models.CheckConstraint(condition=Q(ends__isnull=True) | Q(ends__gte=F("starts")), name="residency_days"),
        ]
        indexes = [
            models.Index(fields=["park", "starts"], name="residency_starts"),
            models.Index(fields=["institution", "starts"], name="residency_institution"),
        ]


class Fact(models.Model):
    """What a room found out about an institution, with the days on which it holds. Keys: ``<room>/facts.py``.

    ``valid_to`` is the first day on which it no longer holds. A value corrected on its own day stays as an empty interval.
    """

    institution = models.ForeignKey(Institution, models.PROTECT, related_name="facts")
    key = models.CharField(max_length=40)
    value = models.JSONField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["institution", "key"], condition=Q(valid_to__isnull=True), name="one_open_fact"),
            models.CheckConstraint(condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="fact_days"),
        ]
        indexes = [models.Index(fields=["institution", "key", "valid_from"], name="fact_key")]


class Dirty(models.Model):
    """An institution that a reader above must look at again; taken by the tick in the reader's own transaction."""

    institution = models.ForeignKey(Institution, models.CASCADE, related_name="+")
    reader = models.CharField(max_length=40)
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["institution", "reader"], name="dirty_once")]
