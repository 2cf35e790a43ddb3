"""The report says what was frozen: result on one page, rows with three sources, the scheme as ours; as PDF and Excel."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest
import python_calamine
from pypdf import PdfReader

from hrpark.accounts.queries import standing_of
from hrpark.documents.models import Document
from hrpark.documents.queries import document_for
from hrpark.evaluation import samples
from hrpark.evaluation.actions import issue_report, publish_round
from hrpark.evaluation.models import SelfScore
from hrpark.evaluation.queries import outcome_of
from hrpark.evaluation.report import lines_of, report_data, report_workbook, shown, signed_percent
from hrpark.files import samples as files
from hrpark.files.actions import attach
from hrpark.files.queries import attachment_for
from hrpark.files.storage import open_kept
from hrpark.returns import samples as returns
from hrpark.standard.queries import current_edition
from hrpark.toolbox.errors import NotAllowed, NotFound, Refused
from tests.worlds import world

pytestmark = pytest.mark.django_db
DIGESTS = ("a" * 64, "b" * 64)


@world
def finished(people, residents, at):
    """A finished round with a file behind T1.10, a lower bound, and a row set otherwise with its reason."""
    round = samples.make_round(people.huangpu, at=at, actor=people.officer)
    returns.make_declaration(people.huangpu, 2024, {"T1.05.revenue": 90_000})
    returns.make_declaration(
        people.huangpu, 2025, {"T1.05.revenue": 131_130, "T1.05.tax": (1800, "at_least"), "T1.10.events_held": 9}
    )
    returns.verify_all(people.huangpu, 2025)
    samples.answer_all(round, residents, at=at)
    samples.rate_all(round, at=at, actor=people.director, hand_in=False)
    file = files.Named(files.pdf_bytes(), "活动照片.pdf")
    attach(
        actor=people.officer,
        at=at,
        key="f",
        to=SelfScore.objects.get(row="T1.10"),
        file=file,
        park=people.huangpu,
        label="佐证",
    )
    samples.rate_all(round, at=at, actor=people.director)
    samples.close(round, at=at)
    round.refresh_from_db()
    samples.assess_all(round, at=at, actor=people.inspector, adjusted={"T1.15": 70})
    return samples.finish(round, at=at, supervisor=people.supervisor)


def test_numbers_are_printed_as_people_read_them():
    assert (shown("1530000"), shown("0.5"), shown("100", "at_least"), shown(None)) == ("1,530,000", "0.5", "不少于 100", None)
    assert (shown("100"), shown("0")) == ("100", "0")
    assert (signed_percent(Decimal("0.457")), signed_percent(Decimal("-0.03")), signed_percent(None)) == (
        "+45.7%",
        "−3.0%",
        None,
    )


def test_every_row_carries_three_sources_figures_reasons_and_evidence(finished, at):
    outcome = outcome_of(finished, at.date())
    lines = {line.key: line for line in lines_of(outcome.inputs, outcome.result)}
    assert len(lines) == 16
    assert (lines["T1.15"].authority, lines["T1.15"].verdict, lines["T1.15"].reason) == (
        "70",
        "调整",
        "现场核查与佐证材料不一致",
    )
    assert lines["T1.10"].evidence == ("活动照片.pdf",)
    assert lines["T1.13"].residents and lines["T1.13"].operator == "90"
    revenue, tax = lines["T1.05"].figures
    assert (revenue.value, revenue.basis, revenue.change, revenue.verified) == ("131,130", "部门核定", "+45.7%", "131,130")
    assert (tax.value, tax.score, tax.change) == ("不少于 1,800", None, None)
    assert lines["T1.06"].score is None and lines["T1.06"].figures[0].value is None


def test_the_report_prints_the_scheme_as_ours_and_how_it_counts(finished, at):
    outcome = outcome_of(finished, at.date())
    data = report_data(outcome.inputs, outcome.result, issuer="黄埔区人社局", digests=DIGESTS)
    assert data["result"]["headline"].startswith(f"综合得分 {outcome.result['total']} 分")
    assert "不是标准的规定" in data["result"]["basis"]
    scheme = data["appendix"][0]
    assert any("本平台拟定" in text for text in scheme["text"])
    assert ["T1.01", "8", "运营单位自评、主管部门评估"] == scheme["table"]["rows"][0][:3]
    assert "达到目标 80 得满分" in scheme["table"]["rows"][0][4]
    assert [s["title"] for s in data["sections"]] == [
        "一、逐行得分",
        "二、产业集聚度",
        "三、经济贡献度",
        "四、品牌影响力",
        "五、服务响应度",
    ]


def test_the_report_is_issued_once_as_a_numbered_pdf(people, finished, at):
    document = issue_report(actor=people.officer, at=at, key="r1", round=finished)
    assert issue_report(actor=people.inspector, at=at, key="r2", round=finished) == document
    assert (Document.objects.count(), document.reference) == (1, "报告〔2026〕1号")
    text = "".join(page.extract_text() for page in PdfReader(open_kept(document.attachment.path)).pages)
    assert "2025年度评价报告" in text and "现场核查与佐证材料不一致" in text and "活动照片.pdf" in text
    assert outcome_of(finished, at.date()).result_digest[:20] in text.replace("\n", "")


def test_no_report_before_the_round_is_finished(people, at):
    round = samples.make_round(people.huangpu, at=at)
    with pytest.raises(Refused, match="定稿后"):
        issue_report(actor=people.officer, at=at, key="r", round=round)
    with pytest.raises(NotAllowed):
        issue_report(actor=people.qihang_clerk, at=at, key="r", round=round)


def test_residents_read_the_report_once_it_is_published(people, finished, at):
    document = issue_report(actor=people.officer, at=at, key="r", round=finished)
    on = at.date()

    def reads(person):
        standing = standing_of(person, on)
        try:
            return document_for(standing, document.pk, on) == document and bool(
                attachment_for(standing, document.attachment_id, on)
            )
        except NotFound:
            return False

    assert reads(people.officer) and reads(people.inspector)
    assert not reads(people.qihang_clerk)
    publish_round(actor=people.supervisor, at=at, key="p", round=finished)
    assert reads(people.qihang_clerk) and not reads(people.yuecai_clerk) and not reads(people.stranger)


def test_the_workbook_holds_scores_figures_and_scheme(finished, at):
    outcome = outcome_of(finished, at.date())
    book = python_calamine.load_workbook(io.BytesIO(report_workbook(outcome.inputs, outcome.result, digests=DIGESTS)))
    assert book.sheet_names == ["逐行得分", "数据与依据", "评价方案"]
    scores = book.get_sheet_by_name("逐行得分").to_python()
    head = next(i for i, row in enumerate(scores) if row[0] == "行")
    assert len(scores) - head - 1 == 16
    figures = book.get_sheet_by_name("数据与依据").to_python()
    assert len([row for row in figures if str(row[1]).startswith("T1.")]) == sum(
        len(r.measures) for r in current_edition().rows
    )
