"""Every form that a role reaches by links, sent as no person should: twice at the same moment, with what is no number and no
day, with files that are not what they are called. Over the wire, without script: what counts is what the server does.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from functools import partial
from urllib.parse import urlsplit

import pytest

from hrpark.files.samples import pdf_bytes
from hrpark.sheets.samples import make_csv, make_uscc

from .pages import ROLES
from .test_bad_input import zipped
from .wire import Answer, Form, Sender, at_once

#: These end the sender's own session, role or account; or are their own test.
APART = re.compile(r"^/account/(logout|roles|password|totp|sessions|edit|login|register|close)|^/look/")
WRONG = (
    "很多", "9999-99-99", "0001-01-01", "9999-12-31", "2326-11-23", "-5", "1e309", "NaN", "9" * 400, "字" * 10_000, "a\0b", "🏳️‍🌈🐼",
    "\ud800", "<b>1</b>", "   ",
)  # fmt: skip
NO_DAYS = ("很多", "9999-99-99", "0001-01-01", "9999-12-31", "2326-11-23", "-5")
NO_NUMBERS = ("很多", "1e309", "NaN", "9" * 400)
FILES = {
    "改了名.pdf": zipped(), "程序.jpg": b"MZ" + b"\0" * 500, "空.pdf": b"", "脚本.exe": b"MZ" + b"\0" * 500, "名册.xlsx": b"not a workbook",
}  # fmt: skip
serial = itertools.count(600)


def forms(server, *, apart: re.Pattern[str] = APART) -> Iterator[tuple[str, Sender, Form]]:
    """One of each kind, with somebody who may send it."""
    seen: set[str] = set()
    for role, login in ROLES.items():
        if login is None:
            continue
        sender = Sender(server.address).sign_in(login.key)
        for page in list(sender.visited()):
            for form in page.forms():
                if form.kind not in seen and not apart.search(urlsplit(form.action).path):
                    seen.add(form.kind)
                    yield role, sender, form


def drawn_anew(sender: Sender, form: Form) -> Form | None:
    return next((f for f in sender.get(form.page).forms() if f.kind == form.kind), None)


def plausible(form: Form) -> dict[str, str | list[str]]:
    """Answers by the kind of each box that stands empty."""
    answers: dict[str, str | list[str]] = {}
    groups = {b.name for b in form.boxes if b.kind == "radio"} - {b.name for b in form.boxes if b.kind == "radio" and b.ticked}
    for name in groups:
        answers[name] = next(b.value for b in form.boxes if b.name == name and b.value)
    for box in form.boxes:
        if box.kind == "checkbox":
            answers[box.name] = [b.value for b in form.boxes if b.name == box.name]
        elif box.value or box.kind in ("hidden", "file", "radio", "password"):
            continue
        elif box.kind == "select":
            answers[box.name] = next((c for c in box.choices if c), "")
        elif box.kind == "date":
            answers[box.name] = "" if re.search("until|_to|ends|retired", box.name) else "2026-01-05"
        elif "uscc" in box.name:
            answers[box.name] = "" if "reason" in box.name else make_uscc(next(serial))
        elif "mobile" in box.name or box.keyboard == "tel":
            answers[box.name] = f"139{next(serial):08d}"
        elif "email" in box.name:
            answers[box.name] = f"a{next(serial)}@example.com"
        elif box.keyboard in ("numeric", "decimal"):
            answers[box.name] = "3"
        elif "slug" in box.name:
            answers[box.name] = f"park{next(serial)}"
        else:
            answers[box.name] = f"核对原件无误{next(serial)}"
    return answers


def uploads(form: Form) -> dict[str, tuple[str, bytes]]:
    if "/imports/" in form.action:
        return {
            "file": ("名册.csv", make_csv(("企业名称", "信用代码"), [("广州两次人力资源有限公司", make_uscc(next(serial)))]))
        }
    return {b.name: ("材料.pdf", pdf_bytes("材料")) for b in form.boxes if b.kind == "file"}


def test_every_form_sent_twice_at_the_same_moment_is_done_once(spare):
    complaints, taken = [], []
    for role, sender, seen in forms(spare):
        form = drawn_anew(sender, seen)
        if form is None:  # its deed was done by a form before it
            continue
        answers, files = plausible(form), uploads(form)
        windows = [sender.also(), sender.also()]
        mark = spare.ask("SELECT COALESCE(MAX(id), 0) FROM trail_entry")[0][0]
        first, second = at_once(*(partial(w.send, form, answers, files) for w in windows))
        third = sender.send(form, answers, files)  # the back button, and once more
        where = f"{role} {form.kind}"
        if max(one.status for one in (first, second, third)) >= 500:
            complaints.append(f"{where} answered {first.status}, {second.status}, {third.status}")
        if first.status < 400:
            taken.append(form.kind)
            led = {one.to for one in (first, second, third) if one.status in (302, 303)}
            if len(led) > 1:  # to a second record; what is removed may also be told as gone
                complaints.append(f"{where} led to {led}")
        rows = spare.ask(
            "SELECT actor, verb, subject_type, subject_id FROM trail_entry WHERE id > ? AND actor LIKE 'person:%' AND key NOT LIKE '%#%'",
            mark,
        )
        complaints += [f"{where} was done {n} times: {deed}" for deed, n in Counter(rows).items() if n > 1]
    assert not complaints, "\n".join(complaints)
    assert len(taken) >= 60, f"only {len(taken)} kinds of forms were taken: {taken}"


def refusal(answer: Answer, form: Form) -> tuple[Form | None, set[str]]:
    """The form as it came back, and the boxes that say what is wrong."""
    page = answer.read()
    return next((f for f in page.forms if f.kind == form.kind), None), set(page.invalid)


def test_what_is_no_number_and_no_day_is_said_at_its_box_and_stays_typed(spare):
    complaints, refused = [], 0
    for role, sender, seen in forms(spare):
        boxes = [b for b in seen.typed if b.kind in ("text", "textarea", "date")]
        for wrong in WRONG if boxes else ():
            form = drawn_anew(sender, seen)
            if form is None:
                break
            answer = sender.send(form, {b.name: wrong for b in boxes})
            where = f"{role} {form.kind} {wrong[:12]!r}"
            if answer.status >= 500 or answer.status not in (200, 302, 303, 403, 404, 409, 422):
                complaints.append(f"{where} answered {answer.status}")
            if answer.status != 422:
                continue
            refused += 1
            back, invalid = refusal(answer, form)
            if back is None:
                complaints.append(f"{where} came back without its form")
                continue
            held = {b.name: b.value for b in back.boxes}
            lost = [b.name for b in boxes if wrong not in ("\ud800", "a\0b") and held.get(b.name, "").strip() != wrong.strip()]
            if lost:
                complaints.append(f"{where} lost {lost}")
            days = [b.name for b in boxes if b.kind == "date" and wrong in NO_DAYS]
            numbers = [b.name for b in boxes if b.keyboard in ("numeric", "decimal") and wrong in NO_NUMBERS]
            if days + numbers and not invalid:  # further boxes are judged when these are right
                complaints.append(f"{where} says nothing at any box")
    assert not complaints, "\n".join(complaints)
    assert refused > 300


def test_a_file_that_is_not_what_it_is_called_is_refused_at_every_box_for_files(spare):
    complaints, boxes = [], 0
    for role, sender, seen in forms(spare):
        for box in [b for b in seen.boxes if b.kind == "file"][:2]:
            boxes += 1
            for name, data in FILES.items():
                form = drawn_anew(sender, seen)
                if form is None:
                    break
                if "/check/" in form.action:
                    continue  # whether a file is ours is just what is asked there; nothing is kept
                if name == "名册.xlsx" and "/imports/" not in form.action:
                    continue
                answer = sender.send(form, plausible(form), {box.name: (name, data)})
                if answer.status not in (422, 302):
                    complaints.append(f"{role} {form.kind} {box.name} {name} answered {answer.status}")
                elif answer.status == 302 and "没有保存" not in sender.get(urlsplit(answer.to).path).words():
                    complaints.append(f"{role} {form.kind} {box.name} took {name}")
    assert not complaints, "\n".join(complaints)
    assert boxes >= 8


@pytest.mark.parametrize("megabytes", [13, 40])
def test_more_text_than_anybody_types_is_answered_in_our_words(spare, megabytes):
    sender = Sender(spare.address).sign_in(ROLES["officer"].key)
    form = next(f for f in sender.get("/desk/huangpu/institutions/new/").forms() if "institutions/new" in f.action)
    answer = sender.send(form, {"name": "a" * megabytes * 1024 * 1024})
    assert answer.status == 413
    assert "超过 12 MB，没有保存" in answer.words()
