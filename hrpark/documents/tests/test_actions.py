"""Issuing: numbers without gaps, a file that matches its hash, a code that tells the public no more than it should."""

import hashlib
import textwrap
from dataclasses import fields
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from hrpark.accounts.models import Authorisation
from hrpark.accounts.queries import standing_of
from hrpark.accounts.samples import cast
from hrpark.documents import samples
from hrpark.documents.actions import issue, withdraw
from hrpark.documents.kinds import ADMISSION_DECISION, AGREEMENT, REPORT
from hrpark.documents.models import Document, Series
from hrpark.documents.queries import Checked, document_by_code, document_by_hash, document_for, documents_in, documents_of
from hrpark.files.actions import attach, remove
from hrpark.files.models import Attachment
from hrpark.files.queries import attachment_for
from hrpark.files.samples import Named, pdf_bytes
from hrpark.files.storage import open_kept
from hrpark.toolbox.errors import Conflict, Misconfigured, NotAllowed, NotFound, Refused
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


def make(letter, people, at, key="k", template=ADMISSION_DECISION, park=None, actor=None, **over):
    return samples.make_document(
        letter, park or people.huangpu, at=at, actor=actor or people.officer, template=template, key=key, **over
    )


def test_an_issued_document_is_a_pdf_with_its_number_and_code_in_it(people, letter, at):
    document = make(letter, people, at)
    pdf = open_kept(document.attachment.path).read()
    assert hashlib.sha256(pdf).hexdigest() == document.sha256 == document.attachment.sha256
    assert (document.reference, document.issued_by_name) == ("入驻决定〔2026〕1号", "林晓彤")
    assert document.attachment.name == "入驻决定通知书 入驻决定〔2026〕1号.pdf" and document.attachment.personal
    from .test_rendering import squeezed, text_of

    text = squeezed(text_of(pdf))
    assert "入驻决定〔2026〕1号" in text and document.printed_code in text and people.huangpu.name in text


def test_every_series_of_a_park_and_year_counts_by_itself(people, letter, at):
    references = [
        make(letter, people, at, "1").reference,
        make(letter, people, at, "2").reference,
        make(letter, people, at, "3", template=AGREEMENT, title="入驻协议").reference,
        make(letter, people, at.replace(year=2027), "4").reference,
        make(letter, people, at, "5", park=people.tianhe, actor=people.tianhe_officer).reference,
        make(letter, people, at, "6").reference,
    ]
    assert references == [
        "入驻决定〔2026〕1号", "入驻决定〔2026〕2号", "入驻协议〔2026〕1号", "入驻决定〔2027〕1号", "入驻决定〔2026〕1号", "入驻决定〔2026〕3号"
    ]  # fmt: skip


def test_the_year_is_that_of_the_parks_own_time(people, letter):
    assert make(letter, people, datetime(2025, 12, 31, 16, 30, tzinfo=UTC)).year == 2026


def test_what_fails_leaves_no_gap_and_no_row(people, letter, at):
    make(letter, people, at, "1")
    with pytest.raises(Misconfigured):
        make(letter, people, at, "2", data={"park": "x"})
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        make(letter, people, at, "3")
        raise ZeroDivisionError
    assert make(letter, people, at, "4").number == 2
    assert Document.objects.count() == Attachment.objects.count() == 2


def test_a_double_click_issues_once(people, letter, at):
    assert make(letter, people, at).pk == make(letter, people, at).pk
    assert Document.objects.count() == 1 and Series.objects.get().last == 1


def test_only_the_parks_and_the_authoritys_people_issue(people, letter, at):
    for person in (people.qihang_representative, people.tianhe_director, people.stranger, people.installer):
        with pytest.raises(NotAllowed):
            make(letter, people, at, actor=person)
    assert make(letter, people, at, "r", template=REPORT, actor=people.supervisor, title="评价报告").number == 1


def test_who_may_see_the_subject_may_see_its_documents(people, letter, at):
    document, on = make(letter, people, at), at.date()
    for person in (people.qihang_clerk, people.qihang_representative, people.officer, people.inspector):
        standing = standing_of(person, on)
        assert document_for(standing, document.pk, on) == document
        assert attachment_for(standing, document.attachment_id, on) == document.attachment
    for person in (people.zhida_clerk, people.tianhe_director, people.stranger, people.installer):
        with pytest.raises(NotFound):
            document_for(standing_of(person, on), document.pk, on)
        with pytest.raises(NotFound):
            attachment_for(standing_of(person, on), document.attachment_id, on)
    assert list(documents_of("authorisation", letter.pk)) == [document]
    assert list(documents_in(standing_of(people.officer, on))) == [document]
    assert list(documents_in(standing_of(people.tianhe_officer, on))) == []


def test_nobody_slips_another_file_under_a_document(people, letter, at):
    document = make(letter, people, at)
    with pytest.raises(NotAllowed):
        attach(
            actor=people.director, at=at, key="x", to=document, file=Named(pdf_bytes(), "a.pdf"), park=people.huangpu, label="x"
        )
    with pytest.raises(NotAllowed):
        remove(actor=people.director, at=at, key="y", attachment=document.attachment, reason="x")


def test_the_public_learns_what_when_and_the_hash_and_nothing_about_whom(people, letter, at):
    document = make(letter, people, at)
    checked = document_by_code(document.printed_code.lower())
    assert checked == document_by_hash(document.sha256.upper())
    assert (checked.label, checked.reference, checked.park) == ("入驻决定通知书", "入驻决定〔2026〕1号", people.huangpu.name)
    assert (checked.issued_at, checked.sha256, checked.withdrawn_at) == (at, document.sha256, None)
    assert {f.name for f in fields(Checked)} == {"code", "label", "reference", "park", "issued_at", "sha256", "withdrawn_at"}
    assert document_by_code("0000-0000-0000-0000") is None and document_by_code("") is None
    assert document_by_hash("0" * 64) is None and document_by_hash("") is None


def test_the_trail_tells_of_it_without_the_code(people, letter, at):
    document = make(letter, people, at)
    lines = trail.timeline("document", document.pk) + trail.timeline("authorisation", letter.pk)
    assert {line.what for line in lines} == {"签发了文书", "上传了附件"}
    assert document.code not in str(lines) and document.printed_code not in str(lines)


def test_a_withdrawn_document_stays_and_says_so(people, letter, at):
    document = make(letter, people, at)
    with pytest.raises(Refused, match="原因"):
        withdraw(actor=people.officer, at=at, key="w0", document=document, reason=" ")
    with pytest.raises(NotAllowed):
        withdraw(actor=people.qihang_clerk, at=at, key="w1", document=document, reason="x")
    withdraw(actor=people.officer, at=at, key="w2", document=document, reason="单位名称有误")
    assert document_by_code(document.code).withdrawn_at == at
    with pytest.raises(Conflict):
        withdraw(actor=people.officer, at=at, key="w3", document=document, reason="再次")
    assert make(letter, people, at, "2").number == 2


@pytest.mark.parametrize("wrong", [{"number": 0}, {"withdrawn_reason": "x"}, {"code": "taken"}, {"number": 2}])
def test_the_database_refuses_what_must_not_be(people, letter, at, wrong):
    document, other = make(letter, people, at, "1"), make(letter, people, at, "2")
    if "code" in wrong:
        wrong = {"code": other.code}
    with pytest.raises(IntegrityError), transaction.atomic():
        Document.objects.filter(pk=document.pk).update(**wrong)


def test_issue_is_the_only_way_that_needs_no_upload(people, letter, at):
    with pytest.raises(Misconfigured):
        issue(actor=people.officer, at=at, key="k", park=people.huangpu, template="nothing", subject=letter, title="x", data={})


# --- several at once, on a database of their own -------------------------------------------------------------------------

SETUP = """
    from hrpark.accounts.models import Park
    from hrpark.accounts.samples import AT as at, make_park
    from hrpark.documents.actions import issuing
    from hrpark.documents.models import Document, Series
    from hrpark.documents.samples import make_document
"""
ISSUE = """
    park = Park.objects.get()
    for n in range(8):
        make_document(park, park, key=f"{NAME}:{n}")
"""
CARELESS = """
    import time
    def next_number(park_id, name, year):
        last = Document.objects.filter(park=park_id, series=name, year=year).order_by("-number").first()
        time.sleep(0.05)
        return (last.number if last else 0) + 1
    issuing.next_number = next_number
"""


def python(code: str, environment: dict) -> Process:
    return Process(environment, code=textwrap.dedent(SETUP) + textwrap.dedent(code))


def test_three_desks_at_once_get_numbers_without_gap_or_double(own_database):
    assert python("make_park()", own_database).wait(60) == 0
    desks = [python(f"NAME = {n}\n" + textwrap.dedent(ISSUE), own_database) for n in range(3)]
    assert [desk.ended()[2][-2000:] for desk in desks] == ["", "", ""]
    count = "numbers = sorted(Document.objects.values_list('number', flat=True)); assert numbers == list(range(1, 25)), numbers"
    count += "; assert Document.objects.filter(attachment__isnull=False).exclude(sha256='').count() == 24"
    assert python(count, own_database).wait(60) == 0


def test_control_without_the_locked_row_two_desks_take_the_same_number(own_database):
    """On SQLite the whole transaction is the lock: there nothing is doubled without the row, either."""
    assert python("make_park()", own_database).wait(60) == 0
    desks = [python(f"NAME = {n}\n" + textwrap.dedent(CARELESS) + textwrap.dedent(ISSUE), own_database) for n in range(3)]
    said = "".join(desk.ended()[2] for desk in desks)
    assert ("document_number_once" in said) == (connection.vendor == "postgresql"), said[-2000:]
