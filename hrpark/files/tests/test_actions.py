"""Attaching, replacing, removing, sweeping: what lies on the disk and what the row says always agree."""

import hashlib
import os
import stat
import textwrap
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from hrpark.accounts.models import Authorisation
from hrpark.accounts.queries import standing_of
from hrpark.accounts.samples import cast
from hrpark.files import samples, storage
from hrpark.files.actions import attach, remove, sweep
from hrpark.files.models import Attachment
from hrpark.files.queries import attachment_for, attachments_by_subject, attachments_of, may_write
from hrpark.toolbox.errors import Conflict, NotAllowed, NotFound, Refused
from hrpark.trail import queries as trail
from tests.processes import Process
from tests.worlds import world

pytestmark = pytest.mark.django_db


@world
def people(at):
    return cast(at)


@pytest.fixture
def letter(people, at):
    return Authorisation.objects.create(
        organisation=people.qihang,
        person=people.qihang_clerk,
        park=people.huangpu,
        scope="办理入驻",
        valid_from=at.date(),
        received_at=at,
    )


def put(letter, *, actor, at, key="k", name="授权委托书.pdf", data=None, **over):
    data = samples.pdf_bytes() if data is None else data
    file = samples.Named(data, name)
    return attach(actor=actor, at=at, key=key, to=letter, file=file, park=letter.park, label="授权委托书", **over)


def on_disk(settings) -> list[Path]:
    return [p for p in Path(settings.UPLOAD_ROOT).rglob("*") if p.is_file()]


def test_an_attachment_keeps_what_was_given_under_a_drawn_name(people, letter, at, settings):
    data = samples.pdf_bytes("一份")
    attachment = put(letter, actor=people.qihang_clerk, at=at, data=data, name="../授权\u202e委托书.PDF")
    assert (attachment.name, attachment.kind, attachment.media_type) == ("授权委托书.PDF", "pdf", "application/pdf")
    assert (attachment.size, attachment.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert (attachment.uploaded_by, attachment.uploaded_by_name) == (people.qihang_clerk.actor_key, "黄佳雯")
    (file,) = on_disk(settings)
    assert file == Path(settings.UPLOAD_ROOT, attachment.path)
    assert "授权" not in str(file) and file.suffix == ""
    assert file.read_bytes() == data == storage.open_kept(attachment.path).read()


def test_files_and_folders_are_for_the_owner_alone(people, letter, at, settings):
    put(letter, actor=people.qihang_clerk, at=at)
    (file,) = on_disk(settings)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for folder in file.relative_to(settings.UPLOAD_ROOT).parents:
        assert stat.S_IMODE(Path(settings.UPLOAD_ROOT, folder).stat().st_mode) == 0o700


def test_a_double_click_attaches_once_and_keeps_one_file(people, letter, at, settings):
    first = put(letter, actor=people.qihang_clerk, at=at)
    again = put(letter, actor=people.qihang_clerk, at=at)
    assert first.pk == again.pk and Attachment.objects.count() == 1
    assert on_disk(settings) == [Path(settings.UPLOAD_ROOT, first.path)]


def test_both_timelines_tell_of_it(people, letter, at):
    attachment = put(letter, actor=people.qihang_clerk, at=at)
    (own,) = trail.timeline("attachment", attachment.pk)
    (subjects,) = trail.timeline("authorisation", letter.pk)
    assert (own.what, subjects.what) == ("上传了附件", "上传了附件")
    assert subjects.data["name"] == "授权委托书.pdf" and own.data["sha256"] == attachment.sha256


@pytest.mark.parametrize(("name", "data"), [("a.pdf", b""), ("a.pdf", b"MZ"), ("a.exe", b"MZ"), ("a.csv", b"\xff\xff")])
def test_a_refused_file_leaves_nothing_behind(people, letter, at, settings, name, data):
    with pytest.raises(Refused) as caught:
        put(letter, actor=people.qihang_clerk, at=at, name=name, data=data, field="letter")
    assert caught.value.field == "letter"
    assert on_disk(settings) == [] and not Attachment.objects.exists()


def test_a_file_over_the_limit_is_refused_while_it_is_read(people, letter, at, settings):
    settings.UPLOAD_MAX_BYTES = 1000
    with pytest.raises(Refused, match="上限"):
        put(letter, actor=people.qihang_clerk, at=at, data=samples.pdf_bytes() * 10)
    assert on_disk(settings) == []


def test_an_error_after_the_file_was_written_takes_it_off_the_disk(people, letter, at, settings):
    with pytest.raises(ValueError):
        put(letter, actor=people.qihang_clerk, at=at, replaces=Attachment(pk="no number"))
    assert on_disk(settings) == []


def test_who_may_not_read_does_not_learn_that_the_subject_exists(people, letter, at, settings):
    for stranger in (people.zhida_clerk, people.tianhe_officer, people.stranger, people.qihang_clerk):
        missing = Authorisation(pk=letter.pk + 1000, park=letter.park)
        target = missing if stranger == people.qihang_clerk else letter
        with pytest.raises(NotFound):
            put(target, actor=stranger, at=at)
    assert on_disk(settings) == []


def test_who_may_read_only_is_told_so(people, letter, at):
    from hrpark.files.kinds import GATES, Gate

    own = GATES.get("authorisation")
    GATES._things["authorisation"] = Gate("authorisation", own.read, lambda *_: False, own.read)
    try:
        with pytest.raises(NotAllowed, match="不能添加"):
            put(letter, actor=people.officer, at=at)
    finally:
        GATES._things["authorisation"] = own


def test_a_newer_version_replaces_an_older_one_which_stays_readable(people, letter, at):
    old = put(letter, actor=people.qihang_clerk, at=at)
    new = put(letter, actor=people.qihang_clerk, at=at, key="k2", data=samples.pdf_bytes("新"), replaces=old)
    assert list(attachments_of("authorisation", letter.pk)) == [new]
    assert list(attachments_of("authorisation", letter.pk, replaced=True)) == [old, new]
    assert attachment_for(standing_of(people.qihang_clerk, at.date()), old.pk, at.date()) == old
    assert attachments_by_subject("authorisation", [letter.pk, 999]) == {str(letter.pk): [new]}


def test_two_people_replacing_the_same_version_do_not_lose_one(people, letter, at, settings):
    old = put(letter, actor=people.qihang_clerk, at=at)
    put(letter, actor=people.qihang_clerk, at=at, key="k2", replaces=old)
    with pytest.raises(Conflict, match="刷新"):
        put(letter, actor=people.officer, at=at, key="k3", replaces=old)
    assert len(on_disk(settings)) == 2


def test_a_version_of_another_subject_cannot_be_replaced(people, letter, at):
    other = Authorisation.objects.create(
        organisation=people.zhida,
        person=people.zhida_clerk,
        park=people.huangpu,
        scope="x",
        valid_from=at.date(),
        received_at=at,
    )
    foreign = put(other, actor=people.zhida_clerk, at=at)
    with pytest.raises(NotFound):
        put(letter, actor=people.qihang_clerk, at=at, key="k2", replaces=foreign)


def test_removing_needs_a_reason_takes_it_out_of_sight_and_keeps_the_bytes(people, letter, at, settings):
    attachment = put(letter, actor=people.qihang_clerk, at=at)
    with pytest.raises(Refused, match="原因"):
        remove(actor=people.qihang_clerk, at=at, key="r0", attachment=attachment, reason="  ")
    removed = remove(actor=people.qihang_clerk, at=at, key="r1", attachment=attachment, reason="传错文件")
    assert removed.removed_at == at and list(attachments_of("authorisation", letter.pk)) == []
    with pytest.raises(NotFound):
        attachment_for(standing_of(people.qihang_clerk, at.date()), attachment.pk, at.date())
    with pytest.raises(Conflict):
        remove(actor=people.qihang_clerk, at=at, key="r2", attachment=attachment, reason="再次")
    assert len(on_disk(settings)) == 1


def test_no_one_removes_what_is_not_theirs(people, letter, at):
    attachment = put(letter, actor=people.qihang_clerk, at=at)
    with pytest.raises(NotFound):
        remove(actor=people.zhida_representative, at=at, key="r", attachment=attachment, reason="x")


def test_the_gate_decides_who_reads(people, letter, at):
    attachment = put(letter, actor=people.qihang_clerk, at=at)
    on = at.date()
    for person in (people.qihang_clerk, people.qihang_representative, people.officer, people.director):
        assert attachment_for(standing_of(person, on), attachment.pk, on) == attachment
    for person in (people.zhida_representative, people.tianhe_director, people.stranger, people.installer, people.inspector):
        with pytest.raises(NotFound):
            attachment_for(standing_of(person, on), attachment.pk, on)
    assert not may_write(standing_of(people.zhida_clerk, on), "authorisation", letter.pk, on)
    assert not may_write(standing_of(people.qihang_clerk, on), "authorisation", "no number", on)


def test_personal_attachments_have_a_gate_of_their_own(people, letter, at):
    from hrpark.files.kinds import GATES, Gate

    attachment = put(letter, actor=people.qihang_clerk, at=at, personal=True)
    own = GATES.get("authorisation")
    GATES._things["authorisation"] = Gate(
        "authorisation", own.read, own.write, lambda standing, *_: standing.person_id == letter.person_id
    )
    try:
        on = at.date()
        assert attachment_for(standing_of(people.qihang_clerk, on), attachment.pk, on)
        with pytest.raises(NotFound):
            attachment_for(standing_of(people.officer, on), attachment.pk, on)
    finally:
        GATES._things["authorisation"] = own


def test_the_sweep_takes_only_orphans_that_are_a_day_old(people, letter, at, settings):
    kept = put(letter, actor=people.qihang_clerk, at=at)
    root = Path(settings.UPLOAD_ROOT)
    old, fresh = (root / "ab" / "cd" / ("a" * 32)), (root / "incoming" / ("b" * 32))
    old_incoming, foreign = (root / "incoming" / ("c" * 32)), (root / "README")
    for file in (old, fresh, old_incoming, foreign):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"x")
    long_ago = (at - timedelta(days=2)).timestamp()
    for file in (old, old_incoming, foreign, root / kept.path):
        os.utime(file, (long_ago, long_ago))
    os.utime(fresh, (at.timestamp(), at.timestamp()))
    assert sweep(at) == 2
    assert {p.name for p in on_disk(settings)} == {fresh.name, "README", Path(kept.path).name}
    assert sweep(at) == 0


def test_a_sweep_before_the_first_upload_finds_nothing(at):
    assert sweep(at) == 0


def test_what_is_rolled_back_leaves_an_orphan_that_the_sweep_takes(people, letter, at, settings):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        put(letter, actor=people.qihang_clerk, at=at)
        raise ZeroDivisionError
    (orphan,) = on_disk(settings)
    os.utime(orphan, (at.timestamp(), at.timestamp()))
    assert sweep(at + timedelta(hours=23)) == 0
    assert sweep(at + timedelta(hours=25)) == 1 and on_disk(settings) == []


def test_a_missing_file_is_an_accident_with_words(people, letter, at, settings):
    attachment = put(letter, actor=people.qihang_clerk, at=at)
    Path(settings.UPLOAD_ROOT, attachment.path).unlink()
    with pytest.raises(storage.Lost, match="备份"):
        storage.open_kept(attachment.path)


@pytest.mark.parametrize("path", ["../../etc/passwd", "/etc/passwd", "ab/cd/../../x", ""])
def test_a_forged_path_opens_nothing(path):
    with pytest.raises(storage.Lost):
        storage.open_kept(path)


def test_a_link_in_the_place_of_a_file_is_not_followed(people, letter, at, settings, tmp_path):
    attachment = put(letter, actor=people.qihang_clerk, at=at)
    secret = tmp_path / "secret"
    secret.write_text("x")
    file = Path(settings.UPLOAD_ROOT, attachment.path)
    file.unlink()
    file.symlink_to(secret)
    with pytest.raises(OSError):
        storage.open_kept(attachment.path)


def test_a_disk_that_cannot_be_written_is_told_and_nothing_is_attached(people, letter, at, settings, tmp_path):
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where a folder should be")
    settings.UPLOAD_ROOT = blocked
    with pytest.raises(storage.NotStored, match="稍后再试"):
        put(letter, actor=people.qihang_clerk, at=at)
    assert not Attachment.objects.exists()


# --- the virus scanner ---------------------------------------------------------------------------------------------------

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def scanner(path):
    return "EICAR-Test" if EICAR in Path(path).read_bytes() else None


def broken_scanner(path):
    raise ConnectionRefusedError


def test_a_configured_scanner_refuses_what_it_finds(people, letter, at, settings):
    settings.UPLOAD_SCANNER = f"{__name__}.scanner"
    with pytest.raises(Refused, match="EICAR-Test"):
        put(letter, actor=people.qihang_clerk, at=at, name="x.txt", data=EICAR)
    assert on_disk(settings) == []
    assert put(letter, actor=people.qihang_clerk, at=at)


def test_a_scanner_that_fails_lets_nothing_in(people, letter, at, settings):
    settings.UPLOAD_SCANNER = f"{__name__}.broken_scanner"
    with pytest.raises(storage.NotStored, match="病毒扫描"):
        put(letter, actor=people.qihang_clerk, at=at)
    assert on_disk(settings) == []


# --- what the database itself refuses ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong", [{"size": 0}, {"sha256": "short"}, {"removed_reason": "without a day"}, {"path": "taken"}, {"removed_at": True}]
)
def test_the_database_refuses_what_must_not_be(people, letter, at, wrong):
    attachment = put(letter, actor=people.qihang_clerk, at=at)
    if "path" in wrong:
        wrong = {"path": put(letter, actor=people.qihang_clerk, at=at, key="k2").path}
    if "removed_at" in wrong:
        wrong = {"removed_at": at}
    with pytest.raises(IntegrityError), transaction.atomic():
        Attachment.objects.filter(pk=attachment.pk).update(**wrong)


# --- two processes, on a database of their own ---------------------------------------------------------------------------

SETUP = """
    import django; django.setup()
    import sys
    from hrpark.accounts.models import Authorisation, Park
    from hrpark.accounts.samples import AT as at, make_organisation, make_park, make_person
    from hrpark.files.models import Attachment
    from hrpark.files.samples import make_attachment
"""
FILL = """
    park = make_park()
    Authorisation.objects.create(
        organisation=make_organisation(), person=make_person(password=None), park=park, scope="x", valid_from=at.date(), received_at=at
    )
"""
ATTACH = """
    for n in range(20):
        make_attachment(Authorisation.objects.get(), park=Park.objects.get(), key=f"same:{n}", name=f"{n}.pdf")
"""


def python(code: str, environment: dict) -> Process:
    return Process(environment, code=textwrap.dedent(SETUP) + textwrap.dedent(code))


def files_and_rows(environment: dict) -> tuple[set[str], str]:
    root = Path(environment["HRPARK_HOME"], "files")
    rows = python("print('\\n'.join(Attachment.objects.values_list('path', flat=True)))", environment)
    return {p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file()}, rows.done()


def test_the_same_upload_from_two_processes_at_once_is_one_row_and_one_file(own_database):
    assert python(FILL, own_database).wait(60) == 0
    both = [python(ATTACH, own_database) for _ in range(2)]
    assert [one.ended()[2][-2000:] for one in both] == ["", ""]
    files, rows = files_and_rows(own_database)
    assert files == set(rows.split()) and len(files) == 20


def test_a_process_killed_while_it_uploads_leaves_no_row_without_a_file(own_database):
    assert python(FILL, own_database).wait(60) == 0
    endless = ATTACH.replace("range(20)", "range(100_000)")
    worker = python(endless, own_database)
    root, deadline = Path(own_database["HRPARK_HOME"], "files"), time.monotonic() + 60
    while sum(1 for p in root.rglob("*") if p.is_file()) < 12 and time.monotonic() < deadline:
        time.sleep(0.01)
    worker.kill()
    worker.wait(10)
    files, rows = files_and_rows(own_database)
    assert len(rows.split()) >= 10 and set(rows.split()) <= files
    assert len(files) <= len(rows.split()) + 1
