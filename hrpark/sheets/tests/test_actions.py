"""An import from the upload to the register: what is decided, what is written, what happens when something goes wrong."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django_tasks_db.models import DBTaskResult

from hrpark.accounts.actions import add_organisation, add_park, grant_role, register_person
from hrpark.accounts.models import Organisation
from hrpark.accounts.queries import standing_of
from hrpark.sheets import actions, queries, storage, tasks
from hrpark.sheets.models import ColumnMapping, ImportJob, ImportRow
from hrpark.sheets.samples import make_csv, make_uscc, make_xlsx
from hrpark.sheets.writing import template_workbook
from hrpark.toolbox.errors import Conflict, NotAllowed, NotFound, Refused
from hrpark.trail.kinds import System
from hrpark.trail.models import Entry
from hrpark.trail.queries import timeline

from .organisations import OrganisationRegister

pytestmark = pytest.mark.django_db
TICK = System("tick")
HEADER = ["序号", "统一社会信用代码", "单位名称", "类别"]
COLUMNS = {1: "uscc", 2: "name", 3: "kind"}


@pytest.fixture
def park(at):
    return add_park(actor=TICK, at=at, key="park", name="黄埔园区", slug="huangpu")


@pytest.fixture
def officer(at, park):
    return person(at, park, "officer", "operator")


def person(at, park, role, kind):
    who = register_person(actor=TICK, at=at, key=f"p{role}{park.pk}", name="王芳", email=f"{role}{park.pk}@example.com")
    body = add_organisation(actor=TICK, at=at, key=f"o{role}{park.pk}", kind=kind, name=f"单位{role}{park.pk}")
    grant_role(actor=TICK, at=at, key=f"g{role}{park.pk}", person=who, organisation=body, park=park, role=role, since=at.date())
    return who


def register(*pairs, first=1):
    """Rows of a register: (number of the code, name)."""
    return [[i, make_uscc(n) if isinstance(n, int) else n, name, "机构"] for i, (n, name) in enumerate(pairs, first)]


class Desk:
    """An officer at work: each step with its own key."""

    def __init__(self, officer, park, at):
        self.officer, self.park, self.at, self.n = officer, park, at, 0

    def do(self, verb, **arguments):
        self.n += 1
        return verb(actor=self.officer, at=self.at, key=f"k{self.n}", **arguments)

    def upload(self, data, filename="名册.csv"):
        return self.do(actions.upload_table, park=self.park, target=OrganisationRegister.key, data=data, filename=filename)

    def checked(self, rows, **over):
        job = self.upload(make_csv(HEADER, rows, encoding="gb18030"))
        return self.do(actions.map_columns, job=job, columns=job.mapping, **over)

    def imported(self, rows):
        return self.do(actions.run_import, job=self.checked(rows), verdicts={"new", "changed"})


@pytest.fixture
def desk(officer, park, at):
    return Desk(officer, park, at)


def names():
    return dict(Organisation.objects.exclude(uscc=None).values_list("uscc", "name"))


def counts(job):
    return {k: v for k, v in job.counts.items() if v}


# --- from the upload to the preview -----------------------------------------------------------------------------------


def test_an_upload_says_what_it_is_and_suggests_columns(desk):
    job = desk.upload(make_csv(HEADER, register((1, "甲公司"), (2, "乙公司")), encoding="gb18030"), "机构 名册.csv")
    assert (job.state, job.total, job.mapping) == ("uploaded", 2, COLUMNS)
    assert "GB18030" in job.told and job.header == HEADER and job.samples[0][2] == "甲公司"
    assert storage.load(job.stored_name).decode("gb18030").startswith("序号")
    choice = queries.column_choices(job)[1]
    assert (choice.letter, choice.heading, choice.samples, choice.field) == (
        "B",
        "统一社会信用代码",
        (make_uscc(1), make_uscc(2)),
        "uscc",
    )
    assert [line.what for line in timeline("import", job.pk)] == ["上传了待导入的表格"]


def test_a_refused_file_leaves_nothing(desk):
    with pytest.raises(Refused):
        desk.upload(b"%PDF-1.7 " + b"x" * 50, "名册.xlsx")
    assert not ImportJob.objects.exists()


def test_the_preview_says_of_every_row_what_becomes_of_it(desk, at):
    Organisation.objects.create(uscc=make_uscc(2), name="乙公司旧名", kind="institution", created_at=at)
    Organisation.objects.create(uscc=make_uscc(3), name="丙公司", kind="institution", created_at=at)
    job = desk.checked(
        register((1, "甲公司"), (2, "乙公司"), (3, "丙公司"), ("9144", "丁公司"), (5, "戊公司"), (5, "戊公司"), (6, ""))
    )
    assert job.state == "checked" and counts(job) == {"new": 2, "changed": 1, "same": 1, "error": 2, "duplicate": 1}
    lines = {line.number: line for line in queries.lines(job, queries.rows(job))}
    assert lines[3].label == "变更" and (lines[3].changes[0].label, lines[3].changes[0].old, lines[3].changes[0].new) == (
        "单位名称",
        "乙公司旧名",
        "乙公司",
    )
    assert lines[2].cells == (make_uscc(1), "甲公司", "机构") and lines[5].cells[0] == "9144"
    assert (
        "现有4位" in lines[5].reasons[0] and "与第6行完全相同" in lines[7].reasons[0] and "缺少单位名称" in lines[8].reasons[0]
    )
    assert names() == {make_uscc(2): "乙公司旧名", make_uscc(3): "丙公司"}
    assert [r.number for r in queries.rows(job, verdict="error")] == [5, 8]
    assert [r.number for r in queries.rows(job, search="戊公司")] == [6, 7] and [
        r.number for r in queries.rows(job, search="3")
    ][0] == 3


def test_a_target_s_own_check_is_asked(desk):
    job = desk.upload(
        make_csv(["信用代码", "单位名称", "成立日期"], [[make_uscc(1), "甲", "2030-01-01"], [make_uscc(2), "乙", "长期"]])
    )
    job = desk.do(actions.map_columns, job=job, columns=job.mapping)
    assert counts(job) == {"error": 1, "new": 1}
    assert "在今天之后" in ImportRow.objects.get(job=job, number=2).problems[0]["message"]


def test_the_officer_s_columns_are_remembered_for_the_same_heading(desk):
    data = make_csv(["编码", "叫什么", "类别"], [[make_uscc(1), "甲公司", "机构"]])
    job = desk.upload(data)
    assert job.mapping == {2: "kind"} and not job.remembered
    with pytest.raises(Refused, match="统一社会信用代码”“单位名称"):
        desk.do(actions.map_columns, job=job, columns=job.mapping)
    desk.do(actions.map_columns, job=job, columns={0: "uscc", 1: "name", 2: ""})
    again = desk.upload(make_csv([" 编码", "叫 什么", "类别"], [[make_uscc(2), "乙", "机构"]]))
    assert again.remembered and again.mapping == {0: "uscc", 1: "name"}
    assert ColumnMapping.objects.count() == 1


def test_a_file_can_be_read_in_another_way(desk):
    def more(book, page):
        sheet = book.add_worksheet("第二批")
        sheet.write_row(0, 0, ["说明"])
        sheet.write_row(1, 0, HEADER)
        sheet.write_row(2, 0, [1, make_uscc(9), "壬公司", "机构"])

    job = desk.upload(make_xlsx(HEADER, register((1, "甲公司"), (2, "乙公司")), and_then=more))
    assert job.sheets == ["名册", "第二批"] and job.total == 2
    job = desk.do(actions.read_again, job=job, sheet="第二批", header_row=2)
    assert (job.sheet, job.total, job.header_rows) == ("第二批", 1, [2])
    job = desk.do(actions.run_import, job=desk.do(actions.map_columns, job=job, columns=job.mapping), verdicts={"new"})
    assert job.state == "done" and names() == {make_uscc(9): "壬公司"}


def test_mojibake_is_imported_as_it_was_meant(desk):
    data = (
        make_csv(HEADER, register(*[(n, f"广州某某人力资源有限公司{n}") for n in range(1, 9)]))
        .decode()
        .encode("gb18030")
        .decode("latin-1")
        .encode()
    )
    job = desk.upload(data)
    assert any(note["code"] == "mojibake" and note["warns"] for note in job.notes) and job.header == HEADER
    plain = desk.do(actions.read_again, job=job, repair=False)
    assert plain.header != HEADER
    job = desk.do(actions.read_again, job=plain)
    desk.do(actions.run_import, job=desk.do(actions.map_columns, job=job, columns=job.mapping), verdicts={"new"})
    assert names()[make_uscc(1)] == "广州某某人力资源有限公司1"


# --- into the register --------------------------------------------------------------------------------------------------


def test_accepted_rows_are_written_and_told_on_every_timeline(desk, at):
    old = Organisation.objects.create(uscc=make_uscc(2), name="乙公司旧名", kind="institution", created_at=at)
    job = desk.imported(register((1, "甲公司"), (2, "乙公司"), ("9144", "丁")))
    assert (job.state, job.created, job.changed, job.due_at) == ("done", 1, 1, None)
    assert names() == {make_uscc(1): "甲公司", make_uscc(2): "乙公司"}
    (line,) = timeline("organisation", old.pk)
    assert (line.who, line.what, line.data["changes"]) == ("王芳", "导入了表格", {"name": ["乙公司旧名", "乙公司"]})
    assert [line.what for line in timeline("import", job.pk)] == [
        "导入了表格",
        "开始导入",
        "核对了全部行",
        "确认了各列的含义",
        "上传了待导入的表格",
    ]


def test_only_the_accepted_verdicts_are_written(desk, at):
    Organisation.objects.create(uscc=make_uscc(2), name="乙公司旧名", kind="institution", created_at=at)
    job = desk.checked(register((1, "甲公司"), (2, "乙公司")))
    job = desk.do(actions.accept, job=job, verdicts={"changed"})
    assert job.accepted == 1
    job = desk.do(actions.accept, job=job, verdicts={"new"})
    assert desk.do(actions.run_import, job=job).created == 1
    assert names() == {make_uscc(1): "甲公司", make_uscc(2): "乙公司旧名"}
    with pytest.raises(Refused):
        desk.do(actions.accept, job=desk.checked(register((4, "丁"))), verdicts={"error"})


def test_the_same_file_twice_changes_nothing(desk):
    rows = register((1, "甲公司"), (2, "乙公司"))
    first = desk.imported(rows)
    before = list(Organisation.objects.order_by("pk").values())
    job = desk.checked(rows)
    assert counts(job) == {"same": 2} and queries.same_file_before(job) == first
    with pytest.raises(Refused, match="2行与名册一致"):
        desk.do(actions.run_import, job=job, verdicts={"new", "changed"})
    assert list(Organisation.objects.order_by("pk").values()) == before
    assert ImportJob.objects.get(pk=job.pk).state == "checked"


def test_a_blank_cell_and_an_unmapped_column_erase_nothing(desk, at):
    Organisation.objects.create(uscc=make_uscc(1), name="甲公司", kind="authority", created_at=at)
    job = desk.checked([[1, make_uscc(1), "甲公司", ""]])
    assert counts(job) == {"same": 1}


def test_every_step_done_twice_is_done_once(desk, at, officer, park):
    data = make_csv(HEADER, register((1, "甲公司")))
    jobs = [
        actions.upload_table(
            actor=officer, at=at, key="u", park=park, target=OrganisationRegister.key, data=data, filename="a.csv"
        )
        for _ in range(2)
    ]
    assert jobs[0] == jobs[1]
    for _ in range(2):
        job = actions.map_columns(actor=officer, at=at, key="m", job=jobs[0], columns=COLUMNS)
    for _ in range(2):
        job = actions.run_import(actor=officer, at=at, key="r", job=job, verdicts={"new"})
    assert job.state == "done" and job.created == 1 and Organisation.objects.filter(uscc=make_uscc(1)).count() == 1
    assert Entry.objects.filter(verb="sheets.import.write").count() == 2  # the job, and its one record
    with pytest.raises(Conflict, match="已经完成"):
        desk.do(actions.run_import, job=job, verdicts={"new"})


def test_a_failing_check_character_passes_with_a_reason_that_is_kept(desk):
    code = make_uscc(7, valid=False)
    job = desk.checked(register((code, "庚公司"), (1, "甲公司"), ("9144", "短")))
    assert counts(job) == {"error": 2, "new": 1, "overridable": 1}
    assert [r.number for r in queries.rows(job, overridable=True)] == [2]
    with pytest.raises(Refused, match="请填写说明"):
        desk.do(actions.override_rows, job=job, numbers=[2], reason=" ")
    with pytest.raises(Refused, match="不能凭说明通过"):
        desk.do(actions.override_rows, job=job, numbers=[4], reason="已核对营业执照")
    job = desk.do(actions.override_rows, job=job, numbers=[2], reason="已核对营业执照原件")
    assert counts(job) == {"error": 1, "new": 2}
    desk.do(actions.run_import, job=job, verdicts={"new"})
    line = timeline("organisation", Organisation.objects.get(uscc=code).pk)[0]
    assert line.data["reason"] == "已核对营业执照原件"
    assert counts(desk.checked(register((code, "庚公司")))) == {"same": 1}


def test_of_two_rows_of_one_record_the_officer_chooses_one(desk):
    job = desk.checked(register((1, "甲公司"), (1, "甲公司新名"), (2, "乙公司")))
    assert counts(job) == {"duplicate": 2, "new": 1, "overridable": 2}
    with pytest.raises(Refused, match="只能选定一行"):
        desk.do(actions.override_rows, job=job, numbers=[2, 3], reason="都要")
    job = desk.do(actions.override_rows, job=job, numbers=[3], reason="以新名为准")
    with pytest.raises(Refused, match="只能选定一行"):
        desk.do(actions.override_rows, job=job, numbers=[2], reason="还是旧名")
    desk.do(actions.run_import, job=job, verdicts={"new"})
    assert names() == {make_uscc(1): "甲公司新名", make_uscc(2): "乙公司"}


def test_our_own_template_comes_back_without_its_example(desk):
    data = template_workbook(OrganisationRegister())
    job = desk.upload(data, "模板.xlsx")
    job = desk.do(actions.map_columns, job=job, columns=job.mapping)
    assert job.total == 0 and counts(job) == {}


def test_the_errors_come_back_as_a_workbook_that_can_be_uploaded_again(desk):
    job = desk.checked(register(("=1+1", "甲公司"), (2, "乙公司"), (make_uscc(3)[:-1], "丙公司")))
    data = queries.error_workbook(job)
    again = desk.upload(data, "有误的行.xlsx")
    assert again.header == [*HEADER, "原行号", "原因"] and again.mapping == COLUMNS and again.total == 2
    assert again.samples[0][1] == "=1+1" and "现有4位" in again.samples[0][-1] and "现有17位" in again.samples[1][-1]


def test_a_cancelled_import_leaves_no_rows_and_no_file(desk):
    rows = register((1, "甲公司"))
    job, other = desk.checked(rows), desk.checked(rows)
    job = desk.do(actions.cancel, job=job)
    assert job.state == "cancelled" and not job.rows.exists() and storage.load(other.stored_name)
    other_name = other.stored_name
    desk.do(actions.cancel, job=other)
    with pytest.raises(NotFound):
        storage.load(other_name)
    with pytest.raises(Conflict, match="已经取消"):
        desk.do(actions.map_columns, job=job, columns=COLUMNS)


# --- when something is in the way ------------------------------------------------------------------------------------------


def test_a_record_changed_after_the_preview_stops_the_import_and_is_checked_anew(desk, at):
    Organisation.objects.create(uscc=make_uscc(1), name="甲公司旧名", kind="institution", created_at=at)
    job = desk.checked(register((1, "甲公司"), (2, "乙公司")))
    Organisation.objects.filter(uscc=make_uscc(1)).update(name="别人改的名")
    job = desk.do(actions.run_import, job=job, verdicts={"new", "changed"})
    assert job.state == "checked" and "被他人改动" in job.error and job.accepted == 0
    assert names() == {make_uscc(1): "别人改的名"}
    assert ImportRow.objects.get(job=job, number=2).changes == {"name": ["别人改的名", "甲公司"]}
    job = desk.do(actions.run_import, job=job, verdicts={"new", "changed"})
    assert job.state == "done" and names() == {make_uscc(1): "甲公司", make_uscc(2): "乙公司"}


def test_a_record_made_by_somebody_else_in_between_is_not_doubled(desk, at):
    job = desk.checked(register((1, "甲公司"), (2, "乙公司")))
    Organisation.objects.create(uscc=make_uscc(2), name="乙公司", kind="institution", created_at=at)
    job = desk.do(actions.run_import, job=job, verdicts={"new"})
    assert job.state == "done" and (job.created, job.changed) == (1, 0)


def test_a_target_that_says_no_stops_the_whole_import(desk, monkeypatch):
    job = desk.checked(register(*[(n, f"公司{n}") for n in range(1, 500)]))
    whole = OrganisationRegister.write

    def refuse_late(self, rows, **given):
        if rows[0].number > 300:
            raise Refused("名册已封存，不能导入。")
        return whole(self, rows, **given)

    monkeypatch.setattr(OrganisationRegister, "write", refuse_late)
    job = desk.do(actions.run_import, job=job, verdicts={"new"})
    assert (job.state, job.error, job.due_at) == ("failed", "名册已封存，不能导入。", None) and names() == {}
    monkeypatch.undo()
    job = desk.do(actions.map_columns, job=job, columns=COLUMNS)
    assert desk.do(actions.run_import, job=job, verdicts={"new"}).created == 499


def test_two_imports_into_one_register_go_one_after_the_other(desk, park):
    big = desk.checked(register((1, "甲公司")))
    ImportJob.objects.filter(pk=big.pk).update(state="importing", due_at=desk.at)
    with pytest.raises(Conflict, match="正在导入另一个文件"):
        desk.imported(register((2, "乙公司")))
    with pytest.raises(IntegrityError), transaction.atomic():
        ImportJob.objects.exclude(pk=big.pk).update(state="importing", due_at=desk.at)


def test_a_job_that_is_due_can_t_be_touched_by_hand(desk):
    job = desk.checked(register((1, "甲公司")))
    ImportJob.objects.filter(pk=job.pk).update(state="importing", due_at=desk.at)
    for verb, arguments in (
        (actions.cancel, {}),
        (actions.accept, {"verdicts": {"new"}}),
        (actions.map_columns, {"columns": COLUMNS}),
    ):
        with pytest.raises(Conflict, match="正在写入"):
            desk.do(verb, job=job, **arguments)


def test_only_those_who_may_import_get_at_a_job(desk, at, park, officer):
    job = desk.checked(register((1, "甲公司")))
    elsewhere = add_park(actor=TICK, at=at, key="park2", name="天河园区", slug="tianhe")
    stranger, clerk = person(at, elsewhere, "officer", "operator"), person(at, park, "clerk", "institution")
    assert queries.job_for(standing_of(officer, at.date()), job.pk) == job
    assert list(queries.jobs(standing_of(officer, at.date()), park.pk)) == [job]
    for other in (stranger, clerk):
        standing = standing_of(other, at.date())
        with pytest.raises(NotFound):
            queries.job_for(standing, job.pk)
        assert not queries.jobs(standing, park.pk) and not queries.targets_for(standing, park.pk)
        for verb, arguments in (
            (actions.upload_table, {"park": park, "target": OrganisationRegister.key, "data": b"a,b\n1,2\n", "filename": "a.csv"}),
            (actions.read_again, {"job": job}), (actions.map_columns, {"job": job, "columns": COLUMNS}), (actions.cancel, {"job": job}),
            (actions.accept, {"job": job, "verdicts": {"new"}}), (actions.run_import, {"job": job, "verdicts": {"new"}}),
            (actions.override_rows, {"job": job, "numbers": [2], "reason": "理由"}),
        ):  # fmt: skip
            with pytest.raises(NotAllowed):
                verb(actor=other, at=at, key="x", **arguments)
    with pytest.raises(NotFound):
        desk.do(actions.upload_table, park=park, target="no.such", data=b"a,b\n1,2\n", filename="a.csv")


# --- large tables -------------------------------------------------------------------------------------------------------------


def large(desk, number=1500):
    job = desk.upload(make_csv(HEADER, register(*[(n, f"公司{n}") for n in range(number)])))
    return desk.do(actions.map_columns, job=job, columns=job.mapping)


def run_worker():
    """What is in the queue, done here; the real worker process has its turn in tests/scenarios."""
    for waiting in DBTaskResult.objects.ready():
        waiting.task.call(*waiting.task_result.args)
        waiting.set_successful(None)


def test_a_large_table_is_checked_and_imported_by_the_worker(desk):
    job = large(desk)
    assert (job.state, job.is_due) == ("mapped", True) and queries.progress(job).doing == "正在逐行核对"
    tasks.soon(job.pk)
    run_worker()
    job.refresh_from_db()
    assert (job.state, job.is_due, counts(job)) == ("checked", False, {"new": 1500}) and queries.progress(job) is None
    job = desk.do(actions.run_import, job=job, verdicts={"new"})
    assert (job.state, job.is_due) == ("importing", True) and names() == {}
    tasks.soon(job.pk)
    run_worker()
    job.refresh_from_db()
    assert (job.state, job.created, len(names())) == ("done", 1500, 1500)


def test_the_tick_sends_what_is_due_once_and_again_when_nobody_took_it(desk, at):
    job = large(desk)
    assert tasks.requeue_due(at) == 1 and tasks.requeue_due(at + timedelta(seconds=60)) == 0
    assert tasks.requeue_due(at + timedelta(seconds=180)) == 1
    run_worker()
    job.refresh_from_db()
    assert job.state == "checked" and tasks.requeue_due(at + timedelta(hours=1)) == 0


def test_a_claimed_job_is_left_alone_until_its_worker_is_given_up(desk, at):
    job = large(desk)
    ImportJob.objects.filter(pk=job.pk).update(due_at=at + actions.LEASE, attempts=1)
    actions.work_on(job.pk, at=at + timedelta(minutes=1))
    job.refresh_from_db()
    assert job.state == "mapped"
    actions.work_on(job.pk, at=at + actions.LEASE)
    job.refresh_from_db()
    assert job.state == "checked"


def test_a_job_that_kills_its_workers_is_given_up(desk, at):
    job = large(desk)
    ImportJob.objects.filter(pk=job.pk).update(attempts=actions.MOST_ATTEMPTS)
    actions.work_on(job.pk, at=at)
    job.refresh_from_db()
    assert job.state == "failed" and "中断" in job.error and not job.is_due


def test_an_error_of_the_program_fails_the_job_and_is_not_hidden(desk, at, monkeypatch):
    job = large(desk)
    actions.work_on(job.pk, at=at)
    job = desk.do(actions.run_import, job=job, verdicts={"new"})
    monkeypatch.setattr(OrganisationRegister, "write", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        actions.work_on(job.pk, at=at)
    job.refresh_from_db()
    assert job.state == "failed" and "名册没有改动" in job.error and names() == {}


def test_checking_and_importing_make_few_queries(desk, at):
    job = large(desk, 3000)
    with CaptureQueriesContext(connection) as checking:
        actions.work_on(job.pk, at=at)
    job = desk.do(actions.run_import, job=job, verdicts={"new"})
    with CaptureQueriesContext(connection) as importing:
        actions.work_on(job.pk, at=at)
    # SQLite takes 999 values a statement, so its bulk inserts are many; what counts is that none is made row by row.
    assert len(checking) < 120 and len(importing) < 260
    job.refresh_from_db()
    assert job.created == 3000


def test_rows_and_file_are_forgotten_when_the_job_has_rested(desk, at):
    job, waiting = desk.imported(register((1, "甲公司"))), desk.checked(register((2, "乙公司")))
    assert actions.forget_old(at + timedelta(days=10)) == 0
    name = job.stored_name
    assert actions.forget_old(at + actions.KEPT) == 2 and actions.forget_old(at + actions.KEPT) == 0
    job.refresh_from_db()
    waiting.refresh_from_db()
    assert (job.state, waiting.state) == ("done", "cancelled") and not ImportRow.objects.exists()
    assert counts(job) == {"new": 1} and not (storage.Path(storage.settings.UPLOAD_ROOT) / name).exists()
    assert make_uscc(1) in names()
