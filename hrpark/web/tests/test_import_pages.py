"""An operator's own table comes in by browser: upload, columns, preview, writing, result; what cannot be, in words."""

import html
import re
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from hrpark.accounts import samples
from hrpark.institutions.models import Institution, Residency
from hrpark.institutions.samples import REGISTER as HEADER
from hrpark.institutions.samples import register_code as code
from hrpark.institutions.samples import register_row as row
from hrpark.parks.samples import make_space
from hrpark.sheets.actions import check_rows, write_rows
from hrpark.sheets.models import ImportJob
from hrpark.sheets.samples import make_csv, make_xlsx
from hrpark.trail.queries import timeline
from hrpark.web import clock
from tests.worlds import world

pytestmark = pytest.mark.django_db
TARGET = "institutions.register"


@pytest.fixture(scope="module")
def now():
    return clock.now()


@world
def cast(now):
    return samples.cast(now)


@pytest.fixture
def client_(cast):
    return as_(cast.officer)


def as_(person):
    client = Client()
    client.force_login(person)
    return client


def url(name, park="huangpu", **more):
    return reverse(f"desk-import{name}", kwargs={"park": park, **more})


def text_of(response):
    return html.unescape(response.content.decode())


def post(client, path, **data):
    post.count = getattr(post, "count", 0) + 1
    return client.post(path, {"deed_key": f"form-{post.count}", **data})


def uploaded(client, *rows, data=None, name="名册.csv"):
    data = data if data is not None else make_csv(HEADER, rows)
    response = post(client, url("-new"), target=TARGET, file=SimpleUploadedFile(name, data))
    assert response.status_code == 302, text_of(response)
    return ImportJob.objects.latest("pk")


def mapped(client, job, **over):
    columns = {f"column_{i}": job.mapping.get(i, "") for i in range(len(job.header))}
    response = post(client, url("-columns", pk=job.pk), **{**columns, **over})
    job.refresh_from_db()
    return response


def test_a_table_comes_in_from_upload_to_result(now, cast, client_):
    make_space(at=now, park=cast.huangpu, code="A101")
    assert client_.get(url("s")).status_code == 200
    shown = text_of(client_.get(url("-new") + f"?target={TARGET}"))
    assert "下载机构名册模板" in shown
    job = uploaded(client_, row(1, **{"单元/房号": "A101"}), row(2), row(3, **{"统一社会信用代码": "9144"}))
    columns = text_of(client_.get(url("", pk=job.pk)))
    assert "许可证有效期至" in columns and "广州第1人才服务有限公司" in columns
    assert mapped(client_, job).status_code == 302
    preview = text_of(client_.get(url("", pk=job.pk)))
    assert "新增 2 行" in preview and "广州第2人才服务有限公司" in preview
    wrong = text_of(client_.get(url("", pk=job.pk) + "?tab=error"))
    assert "应为18位" in wrong
    assert post(client_, url("-run", pk=job.pk), verdicts=["new"]).status_code == 302
    result = text_of(client_.get(url("", pk=job.pk)))
    assert "新增 2 行" in result and "下载有误和重复的行" in result
    assert Institution.objects.count() == 2 and Residency.objects.get(unit__isnull=False).unit.code == "A101"
    listed = text_of(client_.get(url("s")))
    assert "名册.csv" in listed and "已完成" in listed


def test_the_same_file_again_has_nothing_to_write_and_says_so(cast, client_):
    for expected in (2, 2):
        job = uploaded(client_, row(1), row(2))
        mapped(client_, job)
        post(client_, url("-run", pk=job.pk), verdicts=["new", "changed"])
        assert Institution.objects.count() == expected
    shown = text_of(client_.get(url("", pk=job.pk)))
    assert "没有需要写入的内容" in shown and "同一个文件已于" in shown


def test_a_changed_row_shows_old_and_new(cast, client_):
    job = uploaded(client_, row(1))
    mapped(client_, job)
    post(client_, url("-run", pk=job.pk), verdicts=["new"])
    job = uploaded(client_, row(1, **{"员工人数": "30"}))
    mapped(client_, job)
    shown = text_of(client_.get(url("", pk=job.pk)))
    assert "从业人员数：<del>26</del> → <ins>30</ins>" in shown


def test_error_rows_come_back_as_excel_with_the_reason(cast, client_):
    job = uploaded(client_, row(1), row(2, **{"入驻时间": "2024年3月"}))
    mapped(client_, job)
    response = post(client_, url("-errors", pk=job.pk))
    rows = CalamineWorkbook.from_filelike(BytesIO(response.content)).get_sheet_by_index(0).to_python()
    assert rows[0][-1] == "原因" and "请补上日" in rows[1][-1] and code(2) in rows[1]
    told = timeline("import", job.pk)[0]
    assert told.what == "下载了导入中有误和重复的行" and told.data["rows"] == 1 and told.who == cast.officer.name


def test_the_template_downloads_and_comes_back_empty_handed(cast, client_):
    response = client_.get(url("-template", target=TARGET))
    heads = CalamineWorkbook.from_filelike(BytesIO(response.content)).get_sheet_by_index(0).to_python()[0]
    assert "统一社会信用代码" in heads
    assert client_.get(url("-template", target="nonsense")).status_code == 404


def test_a_doubtful_row_passes_with_a_reason(cast, client_):
    wrong = code(1)[:17] + ("0" if code(1)[17] != "0" else "1")
    job = uploaded(client_, row(1, **{"统一社会信用代码": wrong}))
    mapped(client_, job)
    assert "第18位校验不符" in text_of(client_.get(url("", pk=job.pk)))
    for data, words in (({"reason": "原件如此"}, "请先勾选"), ({"pick": ["2"], "reason": " "}, "请填写说明")):
        refused = post(client_, url("-override", pk=job.pk), **data)
        assert refused.status_code == 422 and words in text_of(refused)
    assert post(client_, url("-override", pk=job.pk), pick=["2"], reason="营业执照原件如此").status_code == 302
    post(client_, url("-run", pk=job.pk), verdicts=["new"])
    assert Institution.objects.get().uscc_reason == "营业执照原件如此"


def test_gb18030_and_a_workbook_with_merged_headings(cast, client_):
    job = uploaded(client_, data=make_csv(HEADER, [row(1)], encoding="gb18030"))
    assert "GB" in text_of(client_.get(url("", pk=job.pk)))
    top, below = ("基本信息", "", "入驻情况"), ("企业名称", "信用代码", "入驻时间")
    book = make_xlsx(below, [("广州第2人才服务有限公司", code(2), "2024.3.1")], before=[("名册",), top],
                     and_then=lambda book, page: page.merge_range(1, 0, 1, 1, "基本信息"))  # fmt: skip
    job = uploaded(client_, data=book, name="名册.xlsx")
    mapped(client_, job)
    post(client_, url("-run", pk=job.pk), verdicts=["new"])
    assert Institution.objects.get().uscc == code(2)


def test_another_sheet_or_heading_row_is_read_on_demand(cast, client_):
    def second(book, page):
        other = book.add_worksheet("上年")
        for i, cells in enumerate([HEADER, row(7)]):
            other.write_row(i, 0, cells)

    job = uploaded(client_, data=make_xlsx(HEADER, [row(1)], and_then=second), name="两张表.xlsx")
    assert post(client_, url("-read", pk=job.pk), sheet="上年").status_code == 302
    assert "广州第7人才服务有限公司" in text_of(client_.get(url("", pk=job.pk)))
    wrong = post(client_, url("-read", pk=job.pk), sheet="没有的表")
    assert wrong.status_code == 422


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("空.csv", b"", ""),
        ("图.png", b"\x89PNG\r\n", "不是"),
        ("假.xlsx", b"PK\x03\x04 not a book", ""),
        ("大.csv", b"x" * (20 * 1024 * 1024 + 1), "20 MB"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_words(cast, client_, name, data, words):
    response = post(client_, url("-new"), target=TARGET, file=SimpleUploadedFile(name, data))
    assert response.status_code == 422
    assert words in text_of(response)
    assert 'class="wrong"' in response.content.decode()
    assert not ImportJob.objects.exists()


def test_columns_that_cannot_be_are_refused_with_words(cast, client_):
    job = uploaded(client_, row(1))
    uscc = next(i for i, name in job.mapping.items() if name == "uscc")
    missing = mapped(client_, job, **{f"column_{uscc}": ""})
    assert missing.status_code == 422 and "还没有指定哪一列是“统一社会信用代码" in text_of(missing)
    twice = mapped(client_, job, column_0="uscc")
    assert twice.status_code == 422 and "都对应了" in text_of(twice)
    assert mapped(client_, job, column_0="nonsense").status_code == 422


def test_nothing_chosen_writes_nothing(cast, client_):
    job = uploaded(client_, row(1))
    mapped(client_, job)
    response = post(client_, url("-run", pk=job.pk))
    assert response.status_code == 422 and "请先选择" in text_of(response)
    assert not Institution.objects.exists()


def test_a_double_click_on_write_writes_once(cast, client_):
    job = uploaded(client_, row(1))
    mapped(client_, job)
    for _ in range(2):
        assert client_.post(url("-run", pk=job.pk), {"deed_key": "same", "verdicts": ["new"]}).status_code == 302
    assert Institution.objects.count() == 1


def test_a_large_table_is_left_to_the_worker_and_its_progress_is_shown(now, cast, client_):
    job = uploaded(client_, *[row(n) for n in range(1, 1102)])
    assert mapped(client_, job).status_code == 302
    assert job.is_due
    page = text_of(client_.get(url("", pk=job.pk)))
    assert "正在逐行核对" in page and 'hx-trigger="every 1s"' in page
    assert "正在逐行核对" in text_of(client_.get(url("-progress", pk=job.pk), headers={"HX-Request": "true"}))
    check_rows(job=job, at=now)
    assert client_.get(url("-progress", pk=job.pk), headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    assert client_.get(url("-progress", pk=job.pk)).status_code == 302
    preview = text_of(client_.get(url("", pk=job.pk) + "?tab=new&page=3"))
    assert "第 101–150 行，共 1,101 行" in preview
    assert len(re.findall(r"广州第1\d\d人才", preview)) > 0
    found = text_of(client_.get(url("", pk=job.pk) + f"?tab=new&q={code(999)}"))
    assert "广州第999人才" in found and "共 1 行" in found
    post(client_, url("-run", pk=job.pk), verdicts=["new"])
    assert "正在写入名册" in text_of(client_.get(url("", pk=job.pk)))
    job.refresh_from_db()
    write_rows(job=job, at=now)
    assert "新增 1,101 行" in text_of(client_.get(url("", pk=job.pk)))


def test_giving_up_deletes_the_file(cast, client_):
    job = uploaded(client_, row(1))
    assert post(client_, url("-cancel", pk=job.pk)).status_code == 302
    shown = text_of(client_.get(url("", pk=job.pk)))
    assert "已放弃" in shown
    assert post(client_, url("-errors", pk=job.pk)).status_code == 404
    assert post(client_, url("-cancel", pk=job.pk)).status_code == 409


def test_others_find_no_import(cast, client_):
    job = uploaded(client_, row(1))
    for person in (cast.tianhe_officer, cast.qihang_representative, cast.supervisor, cast.stranger):
        other = as_(person)
        for name in ("", "-progress"):
            assert other.get(url(name, pk=job.pk)).status_code == 404
        for name in ("-columns", "-read", "-override", "-run", "-cancel", "-errors"):
            assert post(other, url(name, pk=job.pk)).status_code == 404
        for path in (url("s"), url("-new"), url("-template", target=TARGET)):
            assert other.get(path).status_code == 404
    assert as_(cast.tianhe_officer).get(url("", park="tianhe", pk=job.pk)).status_code == 404
    job.refresh_from_db()
    assert job.state == "uploaded"
