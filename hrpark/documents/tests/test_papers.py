"""The park's own templates by their days; the sealed original that comes back; the signature that shows a file unchanged."""

from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import IntegrityError, transaction

from hrpark.accounts.queries import standing_of
from hrpark.accounts.samples import cast
from hrpark.documents import samples, signing
from hrpark.documents.actions import archive, mend, retire_word_template, upload_word_template, withdraw
from hrpark.documents.kinds import AGREEMENT, PLEDGE
from hrpark.documents.models import Original, WordTemplate
from hrpark.documents.queries import awaiting_paper, documents_in, original_by_file, originals_in, word_template_on
from hrpark.files.queries import attachment_for, attachments_of
from hrpark.files.samples import Named, pdf_bytes, png_bytes
from hrpark.files.storage import open_kept
from hrpark.toolbox.errors import Conflict, Misconfigured, NotAllowed, NotFound, Refused
from hrpark.trail.queries import timeline

from .test_rendering import read
from .test_word import of_paragraphs, said

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def people(at):
    return cast(at)


def issued(people, at, template=PLEDGE, key="k", actor=None):
    return samples.make_document(
        people.huangpu, people.huangpu, at=at, template=template, key=key, actor=actor or people.officer, title="入园承诺书"
    )


def bytes_of(attachment) -> bytes:
    with open_kept(attachment.path) as file:
        return file.read()


# --- Word ----------------------------------------------------------------------------------------------------------------


def test_a_document_is_issued_as_pdf_and_as_word_with_one_number_and_code(people, at):
    document = issued(people, at)
    text = said(bytes_of(document.word))
    assert document.reference in text and document.printed_code in text and "3年" in text and document.word_template is None
    assert document.word.name.endswith(".docx") and issued(people, at, "report", "r").word is None


def test_the_park_s_own_template_holds_from_its_day_until_a_later_one_or_its_end(people, at):
    first = samples.make_word_template(people.huangpu, at=at, actor=people.director, data=of_paragraphs("本园区 {{机构名称}}"))
    second = samples.make_word_template(
        people.huangpu, at=at, data=of_paragraphs("新版 {{机构名称}}"), since=at.date() + 10 * DAY
    )
    assert (first.version, second.version) == (1, 2)
    one, two = issued(people, at), issued(people, at + 10 * DAY, key="2")
    assert said(bytes_of(one.word)).strip() == "本园区 广州启航人力资源有限公司" and one.word_template == first
    assert "新版" in said(bytes_of(two.word))
    retire_word_template(actor=people.director, at=at, key="r", word_template=second)
    assert word_template_on(people.huangpu, PLEDGE, at.date() + 20 * DAY) == first
    assert (
        word_template_on(people.tianhe, PLEDGE, at.date()) is None
        and word_template_on(people.huangpu, AGREEMENT, at.date()) is None
    )
    with pytest.raises(Conflict):
        retire_word_template(actor=people.director, at=at, key="r2", word_template=second)


def test_only_the_director_changes_templates_never_backwards_and_never_of_what_has_none(people, at):
    today = at.date()

    def upload(actor=people.director, template=PLEDGE, since=None, data=b""):
        file = Named(data or of_paragraphs("{{机构名称}}"), "a.docx")
        return upload_word_template(
            actor=actor, at=at, key="u", park=people.huangpu, template=template, file=file, since=since or today
        )

    for who in (people.officer, people.supervisor, people.tianhe_director, people.qihang_representative):
        with pytest.raises(NotAllowed):
            upload(who)
    with pytest.raises(Refused, match="今天"):
        upload(since=at.date() - DAY)
    with pytest.raises(NotFound):
        upload(template="report")
    with pytest.raises(Refused, match="总价"):
        upload(data=of_paragraphs("{{总价}}"))
    assert not WordTemplate.objects.exists()


# --- the original --------------------------------------------------------------------------------------------------------


def test_originals_are_numbered_by_park_year_and_category_without_gaps(people, at):
    one, two = issued(people, at), issued(people, at, AGREEMENT, "2")
    report = issued(people, at, "report", "3")
    awaiting = awaiting_paper(documents_in(standing_of(people.officer, at.date())))
    assert set(awaiting) == {one, two}
    original = samples.make_original(one, at=at + DAY, actor=people.officer)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        samples.make_original(two, at=at, key="x")
        raise ZeroDivisionError
    numbers = [
        original.archive_number,
        samples.make_original(two, at=at).archive_number,
        samples.make_original(report, at=at).archive_number,
    ]
    assert numbers == ["RZ·2026-0001", "RZ·2026-0002", "WS·2026-0001"]
    assert original.pages == 2 and original.received_by_name == "林晓彤" and not awaiting.all().exists()
    assert [a.name for a in attachments_of("original", original.pk)] == ["RZ·2026-0001-1.png", "RZ·2026-0001-2.png"]
    assert "登记了用印原件并归档" in [line.what for line in timeline("document", one.pk)]
    with pytest.raises(Conflict, match="RZ·2026-0001"):
        samples.make_original(one, at=at, key="again")


@pytest.mark.parametrize(
    ("over", "field", "reason"),
    [
        ({"cross_sealed": False}, "lacks", "缺骑缝章"),
        ({"sealed": False, "dated": False}, "lacks", "单位公章、日期"),
        ({"place": " "}, "place", "存放位置"),
        ({"received_on": date(2026, 3, 1)}, "received_on", "收到日期"),
        ({"received_on": date(2026, 3, 3)}, "received_on", "收到日期"),
        ({"pages": 0, "lacks": ""}, None, None),
        ({"pages": 5000}, "pages", "2000"),
    ],
)  # fmt: skip
def test_what_is_missing_must_be_put_right_or_explained(people, at, over, field, reason):
    document = issued(people, at)
    if reason is None:
        assert samples.make_original(document, at=at, **over).pages == 2
        return
    with pytest.raises(Refused, match=reason) as refused:
        samples.make_original(document, at=at, **over)
    assert refused.value.field == field and not Original.objects.exists()
    if field == "lacks":
        assert samples.make_original(document, at=at, lacks="只有一页", **over).lacks == "只有一页"


def test_pages_are_counted_in_a_pdf_and_asked_for_where_that_fails(people, at):
    document, other = issued(people, at), issued(people, at, AGREEMENT, "2")
    made_of = issued(people, at, "report", "3")
    scan = [Named(bytes_of(made_of.attachment), "扫描.pdf")]
    made = archive(actor=people.officer, at=at, key="a", document=document, paper=samples.make_paper(at), scans=scan)
    assert made.pages == len(read(bytes_of(made_of.attachment)).pages) > 2
    broken = [Named(pdf_bytes().replace(b"/Count 1", b"/Count x"), "扫描.pdf")]
    with pytest.raises(Refused, match="没有读出来"):
        archive(actor=people.officer, at=at, key="b", document=other, paper=samples.make_paper(at), scans=broken)
    assert (
        archive(actor=people.officer, at=at, key="c", document=other, paper=samples.make_paper(at, pages=4), scans=broken).pages
        == 4
    )


def test_a_void_document_is_not_archived_and_only_the_park_s_people_archive(people, at):
    document = issued(people, at)
    for who in (people.supervisor, people.tianhe_director, people.qihang_representative):
        with pytest.raises(NotAllowed):
            samples.make_original(document, at=at, actor=who)
    withdraw(actor=people.officer, at=at, key="w", document=document, reason="名称有误")
    with pytest.raises(Refused, match="作废"):
        samples.make_original(document, at=at)
    with pytest.raises(Refused, match="扫描件"):
        archive(
            actor=people.officer, at=at, key="e", document=issued(people, at, key="2"), paper=samples.make_paper(at), scans=[]
        )


def test_a_record_is_put_right_with_its_reason_and_keeps_its_number(people, at):
    original = samples.make_original(issued(people, at), at=at)
    with pytest.raises(Refused, match="更正原因"):
        mend(actor=people.officer, at=at, key="m0", original=original, paper=samples.make_paper(at), reason=" ")
    paper = samples.make_paper(at, place="档案室5号柜", keeping="Y")
    done = mend(
        actor=people.officer,
        at=at + DAY,
        key="m",
        original=original,
        paper=paper,
        reason="扫描缺页",
        scans=[Named(png_bytes(3, 3), "新.png")],
    )
    assert (done.place, done.pages, done.archive_number, done.keeping) == ("档案室5号柜", 1, original.archive_number, "Y")
    assert attachments_of("original", original.pk).count() == 1
    assert timeline("original", original.pk)[0].what == "更正了归档记录"


def test_the_register_and_its_scans_are_for_the_park_s_people_and_whom_it_concerns(people, at):
    original = samples.make_original(issued(people, at), at=at)
    scan, on = attachments_of("original", original.pk)[0], at.date()
    for who in (people.officer, people.inspector):
        assert (
            list(originals_in(standing_of(who, on))) == [original] and attachment_for(standing_of(who, on), scan.pk, on) == scan
        )
    for who in (people.tianhe_officer, people.stranger, people.qihang_clerk):
        assert not originals_in(standing_of(who, on)).exists()
        with pytest.raises(NotFound):
            attachment_for(standing_of(who, on), scan.pk, on)


@pytest.mark.parametrize("wrong", [{"pages": 0}, {"sealed": False, "lacks": ""}, {"number": 2}])
def test_the_database_refuses_an_original_that_cannot_be(people, at, wrong):
    original = samples.make_original(issued(people, at), at=at)
    samples.make_original(issued(people, at, AGREEMENT, "2"), at=at)
    with pytest.raises(IntegrityError), transaction.atomic():
        Original.objects.filter(pk=original.pk).update(**wrong)


# --- the signature -------------------------------------------------------------------------------------------------------


@pytest.fixture
def key(settings, tmp_path):
    settings.SIGNING_KEY = str(tmp_path / "keys" / "signing.p12")
    call_command("make_signing_key", name="黄埔人力资源服务产业园", stdout=open("/dev/null", "w"))
    return settings.SIGNING_KEY


def examined(pdf: bytes):
    return original_by_file(pdf)


def test_without_a_key_nothing_is_signed_and_the_hash_alone_tells(people, at):
    document = issued(people, at)
    pdf = bytes_of(document.attachment)
    assert document.signer == "" and b"/ByteRange" not in pdf
    assert (examined(pdf).verdict, examined(pdf).signed) == ("same", False)
    assert examined(pdf.replace(b"/Type", b"/Tipe", 1)).verdict == "unknown"


def test_with_a_key_each_pdf_is_signed_at_its_moment_and_found_unchanged(people, at, key):
    document = issued(people, at)
    pdf = bytes_of(document.attachment)
    seen = signing.examine(pdf, frozenset({document.signer}))
    assert seen == signing.Seen(ours=True, intact=True, whole=True)
    assert b"D:20260302" in pdf and (examined(pdf).verdict, examined(pdf).signed) == ("same", True)
    assert examined(pdf).checked.reference == document.reference


def test_a_tampered_an_appended_and_a_foreign_file_are_told_apart(people, at, key, settings, tmp_path):
    document = issued(people, at)
    pdf = bytes_of(document.attachment)
    at_byte = pdf.index(b"stream") + 40
    tampered = pdf[:at_byte] + bytes([pdf[at_byte] ^ 1]) + pdf[at_byte + 1 :]
    assert examined(tampered).verdict == "broken" and examined(tampered).checked is None
    # an incremental update: the issued bytes stay, something stands behind them
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(Named(pdf, "x"))
    writer.root["/Lang"] = generic.pdf_string("xx")
    writer.update_root()
    out = Named(b"", "y")
    writer.write(out)
    found = examined(out.getvalue())
    assert found.verdict == "appended" and found.checked.reference == document.reference
    # somebody else's key over somebody else's file, in our name
    settings.SIGNING_KEY = str(tmp_path / "other.p12")
    signing.make_key(tmp_path / "other.p12", name="黄埔人力资源服务产业园", at=at)
    foreign, _ = signing.sign(samples_pdf(people, at), at)
    settings.SIGNING_KEY = key
    assert (examined(foreign).verdict, examined(foreign).checked) == ("foreign", None)
    # what the key signed and no register knows: said, never taken for issued
    ours, _ = signing.sign(samples_pdf(people, at), at)
    assert (examined(ours).verdict, examined(ours).checked) == ("unregistered", None)


def samples_pdf(people, at) -> bytes:
    from hrpark.documents.rendering import render

    return render(PLEDGE, samples.pledge_data(institution="另一家"), at=at)


@pytest.mark.parametrize(
    "data", [b"", b"%PDF-1.7 /ByteRange [0 1 2 3]", b"%PDF-1.7\n" + b"%%EOF\n" * 50 + b"/ByteRange", b"\xff" * 1000]
)
def test_whatever_is_uploaded_is_answered(people, data):
    assert examined(data).verdict in ("unknown", "foreign")


def test_after_a_change_of_keys_what_the_former_signed_is_still_known(people, at, key, settings, tmp_path):
    pdf = bytes_of(issued(people, at).attachment)
    settings.SIGNING_KEY = str(tmp_path / "new.p12")
    signing.make_key(tmp_path / "new.p12", name="新", at=at)
    assert examined(pdf).signed and examined(pdf.replace(b"/Type", b"/Tipe", 1)).verdict == "broken"


def test_a_key_is_its_owner_s_alone_and_never_overwritten(at, tmp_path, settings):
    path = tmp_path / "k.p12"
    settings.SIGNING_KEY, settings.SIGNING_PASSWORD = str(path), "geheim"
    signing.make_key(path, name="园区", at=at, password="geheim")
    assert path.stat().st_mode & 0o777 == 0o600 and signing.signer() is not None and not signing.the_key_can_be_used()
    with pytest.raises(CommandError, match="already"):
        call_command("make_signing_key", name="x")
    settings.SIGNING_PASSWORD = "wrong"
    with pytest.raises(Misconfigured, match="PASSWORD"):
        signing.signer()
    settings.SIGNING_PASSWORD = "geheim"
    path.chmod(0o640)
    assert "chmod 600" in signing.the_key_can_be_used()[0].msg
