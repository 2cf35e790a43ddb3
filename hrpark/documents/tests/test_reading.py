"""Photographs of licences on their way through the worker: asked for once, read outside the request, proposed."""

from datetime import timedelta

import pytest

from hrpark.accounts.samples import cast, sample_uscc
from hrpark.documents import reader
from hrpark.documents.actions import ask_to_read, read_now, take_due_readings, write_reading
from hrpark.documents.models import Reading
from hrpark.documents.queries import readings_of
from hrpark.documents.rules.licences import Line
from hrpark.documents.samples import make_document
from hrpark.files.actions import remove
from hrpark.files.samples import make_attachment, pdf_bytes, png_bytes
from hrpark.trail.queries import timeline

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def people(at):
    return cast(at)


@pytest.fixture
def photo(people, at):
    document = make_document(people.huangpu, people.huangpu, at=at)
    return make_attachment(document, park=people.huangpu, at=at, name="执照.png", data=png_bytes())


def ask(people, photo, at, kind="business_licence"):
    return ask_to_read(actor=people.officer, at=at, attachment=photo, kind=kind)


def line(text: str, top: float, confidence: float = 0.99) -> Line:
    return Line(text, confidence, 0, top, 30 * len(text), top + 30)


LINES = [line("营业执照", 0), line(sample_uscc(20_260_009), 50), line("法定代表人周启明", 100, 0.6)]


def test_a_photograph_is_asked_for_once_and_sent_again_when_its_worker_died(people, photo, at):
    reading = ask(people, photo, at)
    assert ask(people, photo, at + MINUTE) == reading and Reading.objects.count() == 1
    assert take_due_readings(at) == [reading.pk] and take_due_readings(at + MINUTE) == []
    assert take_due_readings(at + 11 * MINUTE) == [reading.pk]


def test_what_was_read_is_kept_with_how_sure_it_is_and_goes_with_the_file(people, photo, at):
    reading = ask(people, photo, at)
    done = write_reading(actor=people.officer, at=at, key="w", reading=reading, lines=LINES)
    assert done.state == "done" and [(f.key, f.sure) for f in done.fields] == [("uscc", True), ("legal_representative", False)]
    assert take_due_readings(at + 60 * MINUTE) == [] and not read_now(reading.pk, at)
    said = timeline("reading", reading.pk)[0]
    assert said.what == "识别了证照照片" and said.data["unsure"] == ["legal_representative"] and "周启明" not in str(said.data)
    assert readings_of(photo.of_type, photo.of_id) == [done]
    Reading.objects.filter(pk=done.pk).update(found=[])
    remove(actor=reader_house(), at=at, key="r", attachment=photo, reason="传错")
    assert readings_of(photo.of_type, photo.of_id) == []


def reader_house():
    from hrpark.documents.actions import PRESS

    return PRESS


@pytest.mark.parametrize(
    ("kind", "lines", "says"),
    [
        ("hr_licence", LINES, "看起来是营业执照"),
        ("business_licence", [line("风景", 0)], "没有认出"),
        ("business_licence", [], "没有认出"),
    ],
)
def test_a_wrong_or_blank_photograph_says_what_to_do(people, photo, at, kind, lines, says):
    done = write_reading(actor=people.officer, at=at, key="w", reading=ask(people, photo, at, kind), lines=lines)
    assert done.state == "failed" and says in done.problem and done.found == []


def test_what_is_no_picture_or_cannot_be_read_here_is_not_asked_for(people, photo, at, monkeypatch):
    paper = make_attachment(photo_of(photo), park=people.huangpu, at=at, name="执照.pdf", data=pdf_bytes())
    assert ask(people, paper, at) is None and ask(people, photo, at, "roster") is None
    monkeypatch.setattr(reader, "installed", lambda: False)
    assert ask(people, photo, at) is None and not Reading.objects.exists()


def photo_of(attachment):
    from hrpark.files.actions import Reference

    return Reference(attachment.of_type, attachment.of_id)
