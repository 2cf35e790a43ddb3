"""From lines that were recognised to fields of a form; and the reader itself, on licences that are drawn here."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrpark.accounts.samples import sample_uscc
from hrpark.documents import reader
from hrpark.documents.rules.licences import BUSINESS, HR, Line, amount_of, fields_of, kind_of

from .pictures import business_licence, hr_licence, photographed

CODE = sample_uscc(20_260_001)


def line(text: str, left: float, top: float, confidence: float = 0.99) -> Line:
    return Line(text, confidence, left, top, left + 30 * len(text), top + 36)


PRINTED = [
    line("营业执照", 600, 80), line("统一社会信用代码", 100, 100), line(CODE, 100, 150), line("名称", 100, 300), line("广州启航人力资源有限公司", 300, 302),
    line("类型", 100, 400), line("有限责任公司（自然人投", 300, 400), line("资或控股)", 300, 440), line("法定代表人", 100, 500), line("周启明", 300, 500),
    line("注册资本：贰佰万元整", 800, 300), line("成立日期", 800, 400), line("2019 年05月20日", 1000, 400), line("住所", 800, 500),
    line("广州市黄埔区科学大道", 1000, 500), line("99号", 1000, 540, 0.7), line("经营范围", 100, 600), line("商务服务业", 300, 600),
]  # fmt: skip


def by_key(kind: str, lines: list[Line]) -> dict:
    return {one.key: one for one in fields_of(kind, lines)}


def test_labels_and_values_are_put_together_across_columns_and_lines():
    found = by_key(BUSINESS, PRINTED)
    assert {key: one.value for key, one in found.items()} == {
        "uscc": CODE, "name": "广州启航人力资源有限公司", "type": "有限责任公司（自然人投资或控股）", "legal_representative": "周启明",
        "registered_capital": "2000000", "founded_on": "2019-05-20", "registered_address": "广州市黄埔区科学大道99号",
    }  # fmt: skip
    assert kind_of(PRINTED) == BUSINESS and kind_of([]) == ""


def test_a_field_is_as_sure_as_its_least_sure_line_and_a_wrong_code_never_is():
    found = by_key(BUSINESS, PRINTED)
    assert found["name"].sure and not found["registered_address"].sure and found["registered_address"].confidence == 0.7
    wrong = CODE[:-1] + ("0" if CODE[-1] != "0" else "1")
    doubted = by_key(BUSINESS, [line(wrong, 0, 0)])["uscc"]
    assert "校验码不符" in doubted.doubt and not doubted.sure
    assert by_key(BUSINESS, [line(wrong, 0, 0), line(CODE, 0, 100)])["uscc"].value == CODE


@pytest.mark.parametrize(
    ("text", "doubt"), [("成立日期2019年05月", "日期"), ("法定代表人周", "长度"), ("注册资本若干", "金额")]
)  # fmt: skip
def test_what_its_rule_objects_to_is_doubted_however_clearly_it_is_printed(text, doubt):
    (one,) = fields_of(BUSINESS, [line(text, 0, 0, 1.0)])
    assert doubt in one.doubt and not one.sure


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("有效期2024年1月8日至2029年1月7日", ("2024-01-08", "2029-01-07")), ("有效期限：2024-01-08至长期", ("2024-01-08", "长期")),
        ("有效期长期", (None, "长期")), ("有效期2029年1月7日至2024年1月8日", ("2029-01-07", "2024-01-08")),
    ],
)  # fmt: skip
def test_the_period_of_an_hr_licence_becomes_its_days(text, days):
    found = by_key(HR, [line("人力资源服务许可证", 0, 0), line(text, 0, 100)])
    assert tuple(found[key].value if key in found else None for key in ("valid_from", "valid_to")) == days
    assert all(one.sure for one in found.values()) == (days[1] == "长期" or days[0] < days[1])


@pytest.mark.parametrize(
    ("text", "yuan"),
    [("贰佰万元整", "2000000"), ("壹仟零伍拾万圆", "10500000"), ("人民币叁亿元", "300000000"), ("500万元人民币", "5000000"), ("拾万元", "100000"), ("贰佰", ""), ("", ""), ("元", "")],
)  # fmt: skip
def test_amounts_are_read_in_digits_and_in_the_numerals_of_licences(text, yuan):
    assert amount_of(text) == yuan


@given(
    st.lists(st.builds(line, st.text(max_size=30), st.floats(0, 2000), st.floats(0, 2000), st.floats(0, 1)), max_size=30),
    st.sampled_from([BUSINESS, HR]),
)
def test_whatever_was_recognised_gives_fields_or_none_each_once(lines, kind):
    found = fields_of(kind, lines)
    assert len({one.key for one in found}) == len(found) and all(one.value and 0 <= one.confidence <= 1 for one in found)


def test_the_reader_reads_drawn_licences_turned_blurred_and_noisy():
    """Seconds: the only test that loads the models, and holds them to what the parser expects."""
    assert reader.installed()
    lines = reader.lines_of(photographed(business_licence(CODE), degrees=3, blur=1.2, noise=18, quality=60))
    found = by_key(kind_of(lines), lines)
    assert {key: one.value for key, one in found.items() if one.sure} == {
        "uscc": CODE, "name": "广州启航人力资源有限公司", "type": "有限责任公司（自然人投资或控股）", "legal_representative": "周启明",
        "registered_capital": "2000000", "founded_on": "2019-05-20", "registered_address": "广州市黄埔区科学大道99号科汇金谷二街8号/701房",
    }  # fmt: skip
    lines = reader.lines_of(photographed(hr_licence(), degrees=-2.5, blur=1.0, noise=15, quality=65))
    found = {key: one.value for key, one in by_key(kind_of(lines), lines).items()}
    assert found["number"] == "（粤）人服证字〔2024〕第0112001号" and found["valid_to"] == "2029-01-07"
    assert found["issuer"] == "广州市黄埔区人力资源和社会保障局" and found["scope"].startswith("职业中介活动")
    with pytest.raises(reader.Unreadable):
        reader.lines_of(b"no picture")
