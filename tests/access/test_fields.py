"""Matrix 3, fields: what each role sees of a record: columns of lists and of what is taken away as a file, numbers in full or
masked, attachments with personal data, keys of the API. What is not declared in fields.py fails.
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator

from python_calamine import CalamineWorkbook

from hrpark.accounts.models import Membership, Person
from hrpark.accounts.samples import PASSWORD
from hrpark.files.kinds import ATTACHABLE
from hrpark.files.models import Attachment
from hrpark.institutions.models import Institution, Licence
from hrpark.web.lists import LISTS as REGISTERED
from hrpark.web.lists import List

from .fields import API, FILES, LISTS, REACHED, SAMPLES, UNTOLD, WITHOUT_FILES
from .identities import SIGNED_IN
from .knocking import Answer, told, urls
from .opening import taken
from .table import ROWS

MASK = re.compile(r"\*{3,}")


def by_view() -> dict[str, List]:
    """Every list by the URL at which it stands; the doors are loaded with their URLs."""
    urls()
    return {one.view: one for one in REGISTERED}


def test_every_list_is_declared():
    assert set(by_view()) == set(LISTS) | SAMPLES


# ---------------------------------------------------------------- columns


def whole(view: str) -> str:
    """The query that asks for every column that the list knows."""
    return f"?size=200&cols={','.join(column.key for column in by_view()[view].columns)}"


def table_of(answer: Answer) -> tuple[list[str], list[list[str]]]:
    """The heads and the cells of the list on a page."""
    head, _, body = answer.text.partition("</thead>")
    heads = re.findall(r'<th scope="col"[^>]*>(.*?)</th>', head.rpartition("<thead>")[2], re.S)
    rows = re.findall(r"<tr>(.*?)</tr>", body.partition("</tbody>")[0], re.S)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S) for row in rows]
    return [words_of(h) for h in heads], [[words_of(c) for c in row if "checkbox" not in c] for row in cells]


def words_of(markup: str) -> str:
    return html.unescape(re.sub(r"<small>.*?</small>|<[^>]+>", "", markup)).strip()


def workbook_of(answer: Answer) -> list[list[str]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(answer.body)).get_sheet_by_index(0).to_python()


def test_each_role_sees_the_columns_that_are_declared_and_masks_where_they_are(visitors):
    wrong = []
    for view, shown in LISTS.items():
        for letter in ROWS[view].get:
            heads, cells = table_of(visitors.visit(letter, visitors.address(view) + whole(view)))
            if not cells and letter in (visitors_with_rows(view)):
                wrong.append(f"{view} as {letter}: no rows, so that nothing is proved")
            if cells and heads != shown.columns.split():
                wrong.append(f"{view} as {letter}: {heads}")
            for column, letters in shown.masked.items():
                at = heads.index(column)
                masked = [bool(MASK.search(row[at])) for row in cells if row[at] != "—"]
                if not masked or (letter in letters and not all(masked)) or (letter not in letters and any(masked)):
                    wrong.append(f"{view} as {letter}: {column} masked {masked}")
    assert not wrong, told(wrong)


def visitors_with_rows(view: str) -> str:
    """Who must find something in a list, lest the test be blind: whoever may open it and has a role in 黄埔."""
    return "rcRods i".replace(" ", "") if view != "portal-institutions" else SIGNED_IN


def test_what_is_taken_away_as_a_file_has_the_same_columns_for_whom_it_is_declared(visitors):
    """Asked for the file, whoever may not have it gets the page."""
    wrong = []
    for view, letter, answer in taken(visitors):
        shown = LISTS.get(view)
        if shown is None:
            continue
        if letter not in shown.export:
            if not answer.headers.get("Content-Type", "text/html").startswith("text/html"):
                wrong.append(f"{view} as {letter}: a file")
            continue
        if not answer.body.startswith(b"PK"):
            wrong.append(f"{view} as {letter}: no file")
            continue
        rows = workbook_of(answer)
        heads = [[re.sub(r"（.*?）$", "", str(cell)) for cell in row] for row in rows]
        if shown.columns.split() not in [[cell for cell in row if cell] for row in heads]:
            wrong.append(f"{view} as {letter}: {heads[:5]}")
    assert not wrong, told(wrong)


# ---------------------------------------------------------------- numbers


def test_every_number_on_the_stage_is_its_own(stage):
    """That nobody else reads it is looked at with the words, page by page (test_urls.py)."""
    things = stage.estates["启航"].things
    assert len({str(things[name]) for name in REACHED}) == len(REACHED)


# ---------------------------------------------------------------- attachments


def test_every_type_that_takes_files_has_one_on_the_stage(stage):
    declared = {stage.estates["启航"].things[name] for name in FILES}
    types = set(Attachment.objects.filter(pk__in=declared).values_list("of_type", flat=True))
    assert types | WITHOUT_FILES == set(ATTACHABLE.keys())
    assert set(FILES) == {name for name in stage.estates["启航"].things if name.startswith("file_")}


def test_an_attachment_is_downloaded_by_whom_it_is_declared_for(visitors):
    things, wrong = visitors.stage.estates["启航"].things, []
    for name, letters in FILES.items():
        for letter in SIGNED_IN:
            answer = visitors.visit(letter, f"/account/files/{things[name]}/")
            if (answer.status == 200) != (letter in letters) or answer.status not in (200, 404):
                wrong.append(f"{name}: {answer}: {answer.status}")
            if answer.status == 200 and not answer.headers["Content-Disposition"].startswith("attachment"):
                wrong.append(f"{name}: {answer}: shown within the product")
    assert not wrong, told(wrong)


# ---------------------------------------------------------------- the API


def keys_of(value: object, path: str = "") -> Iterator[str]:
    """Every key of a JSON answer, by its path; what is the same in every item of a list stands there once."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield f"{path}{key}"
            yield from keys_of(inner, f"{path}{key}.")
    elif isinstance(value, list):
        for inner in value:
            yield from keys_of(inner, path)


def test_the_api_tells_the_keys_that_are_declared(visitors):
    wrong = []
    operations = {name for name in ROWS if name.startswith("api/") and ROWS[name].get and "openapi" not in name}
    assert operations == set(API)
    for name, declared in API.items():
        whole = set()
        for letter in ROWS[name].get:
            keys = {key for key in keys_of(visitors.visit(letter, visitors.address(name)).json) if not free(key)}
            untold = {key for letters, words in UNTOLD.get(name, {}).items() if letter in letters for key in words.split()}
            whole |= keys
            wrong += [f"{name} as {letter}: tells {key}" for key in sorted(keys - (set(declared.split()) - untold))]
        wrong += [f"{name}: nobody is told {key}" for key in sorted(set(declared.split()) - whole)]
    assert not wrong, told(wrong)


def free(key: str) -> bool:
    """Keys inside a frozen result are rows and measures, not fields."""
    return key.startswith("result.") or key.startswith("points.by_letter.") or key.startswith("points.withheld.")


# ---------------------------------------------------------------- what nobody asked for


def test_what_a_form_does_not_ask_for_changes_nothing(visitors, stage):
    """Fields of the table that a form has not: sent along, they stay as they were."""
    things, abroad = stage.estates["启航"].things, stage.estates["粤才"].things
    more = {
        "park": str(stage.cast.tianhe.pk), "park_id": str(stage.cast.tianhe.pk), "organisation": str(abroad["organisation"]),
        "organisation_id": str(abroad["organisation"]), "status": "left", "verified_at": "2026-01-01T00:00:00+08:00", "verified_by": "1",
        "installs": "on", "is_active": "", "role": "director", "institution": str(abroad["institution"]), "institution_id": str(abroad["institution"]),
        "state": "admitted", "personal": "",
    }  # fmt: skip

    def institution():
        return Institution.objects.filter(pk=things["institution"]).values_list("park", "organisation", "status")[0]

    def licence():
        made = Licence.objects.order_by("-pk").first()
        return made.institution_id, made.verified_at

    before = institution()
    answer = visitors.knock(
        "o", "post", visitors.address("desk-institution-edit"), {"deed_key": "k", "kind": "agency", "name": "改名有限公司", **more},
        look=lambda: (institution(), Institution.objects.get(pk=things["institution"]).name),
    )  # fmt: skip
    assert answer.found == (before, "改名有限公司")
    answer = visitors.knock(
        "r",
        "post",
        visitors.address("tenant-dossier-part-new"),
        {"deed_key": "k", "kind": "filing", "number": "440112000999", **more},
        look=licence,
    )
    assert answer.changed and answer.found == (things["institution"], None)

    def roles():
        return sorted(Membership.objects.filter(person=stage.people["r"]).values_list("role", "park", "organisation"))

    def person():
        return Person.objects.filter(pk=stage.people["r"].pk).values_list("installs", "is_active")[0], roles()

    answer = visitors.knock(
        "r", "post", visitors.address("account-edit"), {
            "deed_key": "k", "name": "周启明明", "mobile": stage.people["r"].mobile, "password_current": PASSWORD, **more,
        },
        look=lambda: (person(), Person.objects.get(pk=stage.people["r"].pk).name),
    )  # fmt: skip
    assert answer.found == (((False, True), [("representative", stage.cast.huangpu.pk, things["organisation"])]), "周启明明")
