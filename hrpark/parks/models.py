"""parks: the place. Level and approval (3.1), operator and mandate (3.2), spaces by zone (4.2), who occupies what when.

Not here: what a park promises (standard.Override), what stands in the spaces and whether it works (inspections), rent
(leasing). The park itself, as the root of tenancy, is ``accounts.Park``.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from hrpark.accounts.models import Organisation, Park
from hrpark.trail.actions import subject


class Level(models.TextChoices):
    NATIONAL = "national", "国家级人力资源服务产业园"
    PROVINCIAL = "provincial", "省级人力资源服务产业园"
    MUNICIPAL = "municipal", "市级人力资源服务产业园"
    TRADE_MARKET = "trade_market", "专业性、行业性人才市场"


class OperatorKind(models.TextChoices):
    PROFESSIONAL = "professional", "专业机构"
    GOVERNMENT = "government", "政府单位"
    TRADE_BODY = "trade_body", "行业组织"
    ENTERPRISE = "enterprise", "企业"


class ZoneKind(models.TextChoices):
    """The five functional zones of clauses 4.2.2 to 4.2.6."""

    PUBLIC_SERVICE = "public_service", "公共服务区"
    AGENCY = "agency", "产业集聚区"
    MATCHING = "matching", "业务对接区"
    INCUBATION = "incubation", "产业孵化区"
    SUPPORTING = "supporting", "配套功能区"


@subject("park_profile", "园区档案")
class ParkProfile(models.Model):
    """What a park is (3.1) and who runs it on which mandate (3.2). One row a park."""

    park = models.OneToOneField(Park, models.PROTECT, related_name="profile")
    level = models.CharField("级别", max_length=20, choices=Level)
    approved_by = models.CharField("批准部门", max_length=120, blank=True)
    approval_document = models.CharField("批准文号", max_length=80, blank=True)
    approved_on = models.DateField("批准日期", null=True, blank=True)
    region = models.CharField("所在行政区", max_length=60, blank=True, help_text="As in GB/T 2260, e.g. 广州市黄埔区.")
    region_code = models.CharField("行政区划代码", max_length=6, blank=True)
    address = models.CharField("地址", max_length=200, blank=True)
    introduction = models.CharField("一句话介绍", max_length=200, blank=True)
    operator = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="operates", verbose_name="运营方"
    )
    operator_kind = models.CharField("运营方类型", max_length=20, choices=OperatorKind, blank=True)
    state_owned = models.BooleanField(
        "运营方为国有", null=True, blank=True, help_text="Decisions then rest on minutes; empty: nobody said."
    )
    mandate_from = models.DateField("受托运营起", null=True, blank=True)
    mandate_to = models.DateField("受托运营止", null=True, blank=True)
    authority = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="主管部门"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(mandate_to__isnull=True) | Q(mandate_from__isnull=True) | Q(mandate_to__gt=F("mandate_from")),
                name="mandate_days",
            )
        ]


class SpaceKind(models.TextChoices):
    BUILDING = "building", "楼栋"
    FLOOR = "floor", "楼层"
    UNIT = "unit", "单元"
    ROOM = "room", "共享场地"


@subject("space", "空间")
class Space(models.Model):
    """A building, a floor, a unit that can be let, a room that can be booked; a tree by ``parent``. Areas in square metres."""

    park = models.ForeignKey(Park, models.PROTECT, related_name="spaces")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="parts")
    kind = models.CharField("类别", max_length=10, choices=SpaceKind)
    code = models.CharField("编号", max_length=30)
    name = models.CharField("名称", max_length=60)
    zone = models.CharField("功能区", max_length=20, choices=ZoneKind, blank=True)
    area = models.DecimalField("建筑面积（㎡）", max_digits=10, decimal_places=2, null=True, blank=True)
    retired_on = models.DateField("停用日期", null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["park", "code"], name="one_space_a_code"),
            models.CheckConstraint(condition=Q(area__isnull=True) | Q(area__gt=0), name="space_area_positive"),
        ]

    def __str__(self) -> str:
        return self.name


class OccupancyKind(models.TextChoices):
    RESIDENCY = "residency", "入驻"
    LEASE = "lease", "租赁"
    BOOKING = "booking", "预订"
    EVENT = "event", "活动"
    WORKS = "works", "施工"


class OccupancyQuerySet(models.QuerySet["Occupancy"]):
    def whole(self) -> OccupancyQuerySet:
        """Only the rows that take their space for themselves, without those that stand for a part of it."""
        return self.filter(part_of__isnull=True)

    def overlapping(self, starts, ends) -> OccupancyQuerySet:
        """Running at some instant of [starts, ends); an empty end means without end."""
        found = self.filter(Q(ends__isnull=True) | Q(ends__gt=starts))
        return found if ends is None else found.filter(starts__lt=ends)

    def running(self, at) -> OccupancyQuerySet:
        return self.filter(Q(ends__isnull=True) | Q(ends__gt=at), starts__lte=at)


class Occupancy(models.Model):
    """A space is taken from an instant up to, not including, another. Two of one space never overlap.

    The database says so, not the code: an exclusion constraint on PostgreSQL, triggers on SQLite (migration 0002). A
    cancelled one is deleted by its owner; its history is the trail of its subject.

    Taking a unit also writes a row with ``part_of`` for its floor and its building. Such rows may overlap one another, but
    never a row that takes the floor or the building whole: so a taken floor keeps its units and the other way round, under
    the same guard. Written only by ``actions.occupy`` and ``actions.release``.
    """

    park = models.ForeignKey(Park, models.PROTECT, related_name="+")
    space = models.ForeignKey(Space, models.PROTECT, related_name="occupancies")
    starts = models.DateTimeField()
    ends = models.DateTimeField(null=True, blank=True, help_text="Empty: until further notice.")
    kind = models.CharField(max_length=12, choices=OccupancyKind)
    subject_type = models.CharField(max_length=64)
    subject_id = models.CharField(max_length=64)
    part_of = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="parts", help_text="The taken space inside this one."
    )

    objects = OccupancyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends__isnull=True) | Q(ends__gt=F("starts")), name="occupancy_interval"),
        ]
        indexes = [
            models.Index(fields=["space", "starts"], name="occupancy_space"),
            models.Index(fields=["subject_type", "subject_id"], name="occupancy_subject"),
        ]
