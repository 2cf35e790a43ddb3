"""A register to import into, over a table that is there already: organisations by their code."""

from __future__ import annotations

from hrpark.accounts.kinds import permission
from hrpark.accounts.models import Organisation
from hrpark.sheets.kinds import Field, ImportTarget, Problem

IMPORT = permission("sheets.tests.import", "导入测试名册", "director", "officer")


class OrganisationRegister(ImportTarget):
    key = "tests.organisations"
    label = "测试名册"
    permission = IMPORT
    identity = "uscc"
    chunk = 200
    fields = (
        Field("uscc", "统一社会信用代码", "uscc", synonyms=("信用代码", "证照/信用代码"), required=True, example="91350100M000100Y43"),
        Field("name", "单位名称", "title", synonyms=("机构名称", "企业名称"), required=True, max_length=120, example="某某人力资源有限公司"),
        Field(
            "kind", "类别", "choice", synonyms=("单位类别",), example="机构",
            choices={"operator": ("运营方",), "institution": ("机构", "企业"), "authority": ("主管部门", "机关")},
        ),
        Field("founded_on", "成立日期", "date", synonyms=("成立时间",), open_ended=True, example="2019-08-01"),
        Field("capital", "注册资本", "money", minimum=0, example="2000000"),
    )  # fmt: skip

    def existing(self, park_id, identities, *, lock=False):
        found = Organisation.objects.filter(uscc__in=identities)
        if lock:
            found = found.select_for_update()
        return {row["uscc"]: row for row in found.values("uscc", "name", "kind")}

    def context(self, park_id, at, rows):
        return at.date()

    def check(self, values, context):
        founded = values.get("founded_on")
        if founded and context < founded and founded.year < 9999:
            yield Problem(f"成立日期 {founded} 在今天之后，请核对。", "founded_on", "future")

    def write(self, rows, *, actor, at, park, job):
        made = Organisation.objects.bulk_create(
            [
                Organisation(uscc=r.identity, name=r.values["name"], kind=r.values.get("kind", "institution"), created_at=at)
                for r in rows
                if r.new
            ]
        )
        news = {r.identity: r for r in rows}
        changed = list(Organisation.objects.filter(uscc__in=[r.identity for r in rows if not r.new]))
        for organisation in changed:
            for name, (_, new) in news[organisation.uscc].changes.items():
                if name in ("name", "kind"):
                    setattr(organisation, name, new)
        Organisation.objects.bulk_update(changed, ["name", "kind"])
        told = [(o, {"row": news[o.uscc].number, "reason": news[o.uscc].reason}) for o in made]
        return told + [(o, {"row": news[o.uscc].number, "changes": dict(news[o.uscc].changes)}) for o in changed]
