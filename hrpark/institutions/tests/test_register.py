"""An operator's register comes in: what is read, what is refused with which words, and that twice is once."""

from datetime import date
from decimal import Decimal

import pytest

from hrpark.accounts.models import Organisation
from hrpark.accounts.samples import cast
from hrpark.institutions.facts import HEADCOUNT
from hrpark.institutions.imports.register import InstitutionRegister
from hrpark.institutions.models import Contact, Institution, Licence, Residency
from hrpark.institutions.queries import fact_on, resident_agencies, segment_coverage
from hrpark.institutions.samples import REGISTER as HEADER
from hrpark.institutions.samples import make_institution, make_licence, make_residency, make_resident
from hrpark.institutions.samples import register_code as code
from hrpark.institutions.samples import register_row as row
from hrpark.parks.models import Occupancy
from hrpark.parks.samples import make_space
from hrpark.sheets.actions import map_columns, override_rows, run_import, upload_table
from hrpark.sheets.models import ImportRow
from hrpark.sheets.samples import make_csv, make_xlsx
from hrpark.trail.queries import timeline
from tests.worlds import world

pytestmark = pytest.mark.django_db


@world
def people(at):
    return cast(at)


@world
def park(at, people):
    for number in ("A101", "A102", "A103"):
        make_space(at=at, park=people.huangpu, code=number)
    return people.huangpu


class Import:
    """One file on its way: uploaded by an officer, columns as suggested."""

    count = 0

    def __init__(self, people, at, *rows, data=None, name="名册.csv", park=None):
        Import.count += 1
        self.actor, self.at, self.n = people.officer, at, Import.count
        data = data if data is not None else make_csv(HEADER, rows)
        job = upload_table(
            actor=self.actor,
            at=at,
            key=f"u{self.n}",
            park=park or people.huangpu,
            target="institutions.register",
            data=data,
            filename=name,
        )
        self.job = map_columns(actor=self.actor, at=at, key=f"m{self.n}", job=job, columns=job.mapping)

    def run(self, *verdicts):
        self.job = run_import(
            actor=self.actor, at=self.at, key=f"r{self.n}", job=self.job, verdicts=verdicts or ("new", "changed")
        )
        assert self.job.state == "done", (self.job.state, self.job.error)
        return self.job

    @property
    def counts(self):
        return {k: v for k, v in self.job.counts.items() if v and k != "overridable"}

    def row(self, number=2):
        return ImportRow.objects.get(job=self.job, number=number)

    def says(self, number=2):
        return [p["message"] for p in self.row(number).problems]


def test_all_that_an_operators_register_knows_comes_in(at, people, park):
    file = Import(people, at, row(1, **{"单元/房号": "A101", "备案号": "440112000123"}), row(2))
    assert file.counts == {"new": 2}
    file.run()
    one = Institution.objects.get(uscc=code(1))
    assert (one.name, one.kind, one.status, one.legal_representative) == (
        "广州第1人才服务有限公司",
        "agency",
        "resident",
        "陈志远",
    )
    assert (one.founded_on, one.registered_capital) == (date(2018, 5, 8), Decimal(5_000_000))
    assert one.organisation.uscc == code(1)
    licence = one.licences.get(kind="hr_licence")
    assert (licence.number, licence.valid_to, licence.verified_at) == (
        "（粤）人服证字〔2023〕第0000001号",
        date(2028, 1, 9),
        at,
    )
    assert one.licences.get(kind="filing").number == "440112000123"
    assert one.contacts.get().mobile == "13800000000" and one.contacts.get().main
    assert set(one.segments.values_list("code", "since")) == {
        ("recruitment", date(2024, 3, 1)), ("executive_search", date(2024, 3, 1)), ("training", date(2024, 3, 1)),
    }  # fmt: skip
    stay = one.residencies.get()
    assert (stay.starts, stay.ends, stay.unit.code) == (date(2024, 3, 1), None, "A101")
    assert Occupancy.objects.get().subject_id == str(stay.pk)
    assert fact_on(one, HEADCOUNT, at.date()) == 26
    assert resident_agencies(park, date(2025, 1, 1)).count() == 2
    assert segment_coverage(park, date(2025, 1, 1)).covered == 3
    line = timeline("institution", one.pk)[0]
    assert (line.what, line.data["row"]) == ("导入了表格", 2)


def test_the_same_file_twice_changes_nothing(at, people, park):
    rows = [row(n, **{"单元/房号": f"A10{n}"}) for n in (1, 2, 3)] + [
        row(4, **{"单元/房号": "北门旁", "退出日期": "2025-12-31"})
    ]
    Import(people, at, *rows).run()
    again = Import(people, at, *rows)
    assert again.counts == {"same": 4}
    assert Institution.objects.count() == 4


def test_a_changed_row_says_which_fields_old_and_new(at, people, park):
    Import(people, at, row(1, **{"单元/房号": "A101"}), row(2)).run()
    changed = row(
        1,
        **{
            "单元/房号": "A102",
            "员工人数": "30",
            "联系人": "李四",
            "许可证有效期至": "2030-01-09",
            "业务范围": "招聘；灵活用工",
        },
    )
    file = Import(people, at, changed, row(2))
    assert file.counts == {"changed": 1, "same": 1}
    assert {k: v for k, v in file.row().changes.items() if k not in ("segments", "licence_period")} == {
        "unit": ["A101", "A102"], "headcount": [26, 30], "contact_name": ["黄佳雯", "李四"],
    }  # fmt: skip
    file.run()
    one = Institution.objects.get(uscc=code(1))
    assert one.licences.get().valid_to == date(2030, 1, 9)
    assert list(one.contacts.order_by("-main").values_list("name", "main")) == [("李四", True), ("黄佳雯", False)]
    assert set(one.segments.filter(until=None).values_list("code", flat=True)) == {"recruitment", "flexible_work"}
    assert [(o.space.code, o.ends is None) for o in Occupancy.objects.order_by("starts")] == [("A101", False), ("A102", True)]
    assert fact_on(one, HEADCOUNT, at.date()) == 30
    told = timeline("institution", one.pk)[0].data["changed"]
    assert told["单元"] == ["A101", "A102"]
    assert "13800000000" not in str(told)
    assert Import(people, at, changed, row(2)).counts == {"same": 2}


def test_a_blank_cell_erases_nothing(at, people, park):
    Import(people, at, row(1, **{"单元/房号": "A101"})).run()
    bare = tuple(row(1)[HEADER.index(h)] if h in ("机构名称", "统一社会信用代码") else "" for h in HEADER)
    assert Import(people, at, bare).counts == {"same": 1}


def test_a_renewed_permit_stands_beside_the_old_one_and_the_old_number_is_not_taken_back(at, people, park):
    Import(people, at, row(1)).run()
    new = {"人力资源服务许可证号": "（粤）人服证字〔2026〕第0000009号", "许可证有效期至": "2031-01-09"}
    Import(people, at, row(1, **new)).run()
    assert Licence.objects.count() == 2
    old = Import(people, at, row(1))
    assert old.counts == {"error": 1}
    assert "已有更新的许可证" in old.says()[0]


def test_who_leaves_by_the_register_has_left_and_frees_the_unit(at, people, park):
    Import(people, at, row(1, **{"单元/房号": "A101"})).run()
    gone = {"单元/房号": "A101", "退出日期": "2026-02-28"}
    Import(people, at, row(1, **gone)).run()
    one = Institution.objects.get()
    assert (one.status, one.residencies.get().ends) == ("left", date(2026, 2, 28))
    assert Import(people, at, row(2, **{"单元/房号": "A101", "入驻时间": "2026-02-28"})).run().created == 1
    back = Import(people, at, row(1, **{"入驻时间": "2026-03-02"}))
    assert back.counts == {"changed": 1}
    back.run()
    one.refresh_from_db()
    assert (one.status, one.residencies.count()) == ("resident", 2)


def test_a_day_of_coming_in_is_corrected_with_its_occupancy(at, people, park):
    Import(people, at, row(1, **{"单元/房号": "A101"})).run()
    Import(people, at, row(1, **{"单元/房号": "A101", "入驻时间": "2024-01-01"})).run()
    assert Residency.objects.get().starts == date(2024, 1, 1)
    assert Occupancy.objects.get().starts.astimezone(at.tzinfo).date() == date(2024, 1, 1)


def test_a_unit_that_somebody_has_needs_a_word_and_is_then_only_a_place(at, people, park):
    holder = make_resident(at=at, park=park, unit=park.spaces.get(code="A101"))
    file = Import(people, at, row(1, **{"单元/房号": "A101"}), row(2, **{"单元/房号": "A102"}), row(3, **{"单元/房号": "a102"}))
    assert file.counts == {"error": 2, "new": 1}
    assert holder.name in file.says(2)[0]
    assert "文件中“广州第2人才服务有限公司”" in file.says(4)[0]
    override_rows(actor=people.officer, at=at, key="o", job=file.job, numbers=[2, 4], reason="集中办公区合用")
    assert file.run().created == 3
    assert {r.unit_id and r.unit.code for r in Residency.objects.exclude(institution=holder)} == {None, "A102"}
    assert Occupancy.objects.count() == 2
    again = Import(
        people, at, row(1, **{"单元/房号": "A101"}), row(2, **{"单元/房号": "A102"}), row(3, **{"单元/房号": "a102"})
    )
    assert again.counts == {"same": 3}


def test_a_failing_check_digit_warns_and_its_reason_is_kept(at, people, park):
    wrong = code(1)[:17] + ("0" if code(1)[17] != "0" else "1")
    file = Import(people, at, row(1, **{"统一社会信用代码": wrong, "单元/房号": "A101"}))
    assert file.counts == {"error": 1}
    assert "第18位校验不符" in file.says()[0]
    override_rows(actor=people.officer, at=at, key="o", job=file.job, numbers=[2], reason="营业执照原件如此")
    file.run()
    one = Institution.objects.get()
    assert (one.uscc, one.uscc_reason) == (wrong, "营业执照原件如此")
    assert one.residencies.get().unit.code == "A101"
    assert Import(people, at, row(1, **{"统一社会信用代码": wrong})).counts == {"same": 1}


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"统一社会信用代码": "9144"}, "应为18位"),
        ({"统一社会信用代码": ""}, "缺少统一社会信用代码"),
        ({"机构名称": ""}, "缺少机构名称"),
        ({"成立时间": "2031-01-01"}, "晚于今天"),
        ({"入驻时间": "2062-03-01"}, "过于久远"),
        ({"入驻时间": "2024年3月"}, "请补上日"),
        ({"退出日期": "2023-01-01"}, "早于入驻日期"),
        ({"入驻时间": "", "单元/房号": "A101"}, "没有入驻日期"),
        ({"业务范围": "招聘、卖菜"}, "卖菜"),
        ({"机构类别": "配套机构"}, "不申报细分领域"),
        ({"机构类别": "别的"}, "不在可选范围"),
        ({"人力资源服务许可证号": ""}, "没有编号"),
        ({"联系人": ""}, "没有联系人姓名"),
        ({"联系电话": "打前台"}, "不像一个电话号码"),
        ({"员工人数": "二十"}, "请只填数字"),
        ({"注册资本（万元）": "-5"}, "不能小于"),
    ],
)
def test_what_cannot_be_is_said_in_words(at, people, park, over, words):
    file = Import(people, at, row(1, **over))
    assert file.counts == {"error": 1}
    assert words in " ".join(file.says())


def test_a_permit_whose_days_would_turn_around_is_refused(at, people, park):
    Import(people, at, row(1, **{"许可证有效期至": "2025-01-10至2028-01-09"})).run()
    assert Licence.objects.get().valid_from == date(2025, 1, 10)
    file = Import(people, at, row(1, **{"许可证有效期至": "2024-12-31"}))
    assert "早于起始日" in file.says()[0]


def test_long_validity_is_no_end(at, people, park):
    Import(people, at, row(1, **{"许可证有效期至": "长期"})).run()
    assert Licence.objects.get().valid_to is None
    assert Import(people, at, row(1, **{"许可证有效期至": "长期"})).counts == {"same": 1}


def test_supporting_agencies_come_in_as_their_own_kind(at, people, park):
    given = {"机构类别": "配套", "业务范围": "", "人力资源服务许可证号": "", "许可证有效期至": ""}
    Import(people, at, row(1, **given)).run()
    assert Institution.objects.values_list("kind", "supporting_kind").get() == ("supporting", "other")


def test_the_same_code_twice_in_one_file_waits_for_a_person(at, people, park):
    file = Import(people, at, row(1), row(1, **{"机构名称": "另一个名字有限公司"}), row(2), row(2))
    assert file.counts == {"duplicate": 3, "new": 1}


def test_a_dossier_that_officers_keep_by_hand_meets_the_same_register(at, people, park):
    qihang = make_institution(at=at, park=park, organisation=people.qihang)
    make_licence(at=at, institution=qihang, number="老证", valid_to=None)
    make_residency(at=at, institution=qihang, starts=date(2023, 1, 1), unit=park.spaces.get(code="A103"))
    given = {
        "统一社会信用代码": qihang.uscc, "机构名称": qihang.name, "人力资源服务许可证号": "老证", "许可证有效期至": "长期",
        "入驻时间": "2023/1/1", "单元/房号": "A103",
    }  # fmt: skip
    file = Import(people, at, row(1, **given))
    assert set(file.row().changes) == {
        "legal_representative",
        "registered_capital",
        "headcount",
        "contact_name",
        "contact_phone",
        "segments",
    }
    file.run()
    qihang.refresh_from_db()
    assert (qihang.organisation, qihang.status) == (people.qihang, "resident")


def test_the_same_body_in_two_parks_has_one_organisation_and_two_dossiers(at, people, park):
    Import(people, at, row(1)).run()
    job = upload_table(
        actor=people.tianhe_officer, at=at, key="t", park=people.tianhe, target="institutions.register",
        data=make_csv(HEADER, [row(1)]), filename="天河.csv",
    )  # fmt: skip
    job = map_columns(actor=people.tianhe_officer, at=at, key="t", job=job, columns=job.mapping)
    run_import(actor=people.tianhe_officer, at=at, key="t", job=job, verdicts=("new",))
    assert Institution.objects.filter(uscc=code(1)).count() == 2
    assert Organisation.objects.filter(uscc=code(1)).count() == 1


def test_gb18030_comes_in_as_it_was_written(at, people, park):
    data = make_csv(HEADER, [row(1), row(2, **{"机构名称": "广州喆睿㐂人力资源有限公司"})], encoding="gb18030")
    file = Import(people, at, data=data)
    assert "GB" in file.job.told
    file.run()
    assert Institution.objects.get(uscc=code(2)).name == "广州喆睿㐂人力资源有限公司"


def test_a_workbook_with_merged_headings_and_a_title_comes_in(at, people, park):
    top = ("基本信息", "", "", "许可证", "", "入驻情况", "")
    below = ("企业名称", "信用代码", "法人", "编号", "有效期", "入驻时间", "房号")

    def merged(book, page):
        for first, last, words in ((0, 2, "基本信息"), (3, 4, "许可证"), (5, 6, "入驻情况")):
            page.merge_range(1, first, 1, last, words)
        page.merge_range(0, 0, 0, 6, "黄埔人力资源服务产业园入驻企业名册（2026年3月）")

    rows = [
        ("广州第1人才服务有限公司", code(1), "陈志远", "（粤）人服证字〔2023〕第0000001号", "2023-01-10至2028-01-09", date(2024, 3, 1), "A101"),
        ("广州第2人才服务有限公司", f"　{code(2).lower()} ", "林　晓", "（粤）人服证字〔2023〕第0000002号", "2028年1月9日", "2024.3.1", "A102"),
    ]  # fmt: skip
    data = make_xlsx(below, rows, before=[("",), top], and_then=merged)
    file = Import(people, at, data=data, name="名册.xlsx")
    assert set(file.job.mapping.values()) == {
        "name", "uscc", "legal_representative", "licence_number", "licence_period", "resident_since", "unit",
    }  # fmt: skip
    assert file.counts == {"new": 2}, [p for n in (4, 5) for p in file.says(n)]
    file.run()
    assert set(Residency.objects.values_list("unit__code", "starts")) == {
        ("A101", date(2024, 3, 1)),
        ("A102", date(2024, 3, 1)),
    }
    assert set(Licence.objects.values_list("valid_from", "valid_to")) == {
        (date(2023, 1, 10), date(2028, 1, 9)),
        (None, date(2028, 1, 9)),
    }
    assert set(Institution.objects.values_list("legal_representative", flat=True)) == {"陈志远", "林晓"}


def test_the_template_maps_onto_every_field_by_itself():
    from hrpark.sheets.rules.mapping import suggest

    fields = InstitutionRegister.fields
    assert list(suggest([f.label for f in fields], fields).values()) == [f.name for f in fields]


def test_writing_takes_a_fixed_number_of_statements(at, people, park, django_assert_max_num_queries):
    small = Import(people, at, *[row(n) for n in range(1, 4)])
    large = Import(people, at, *[row(n) for n in range(10, 210)])
    small.run()
    with django_assert_max_num_queries(80):
        large.run()
    assert Contact.objects.count() == 203
