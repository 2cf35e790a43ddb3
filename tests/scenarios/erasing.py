"""The world of tests/access is built, with a fault at statements of every verb; then one person is erased from all of it. A program of
its own, over a database of its own.

Their name, mobile and e-mail are typed into every free text of every table (one row each), their own words wherever a person has
words of their own. What is printed: those words, and whether trail and frozen results still verify.
"""

from __future__ import annotations

import io
import json
import logging
import os
import sys
from datetime import datetime

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import transaction  # noqa: E402
from django.test import Client  # noqa: E402

from hrpark.accounts import samples  # noqa: E402
from hrpark.accounts.actions import change_person, end_role, save_draft, save_view  # noqa: E402
from hrpark.accounts.erasure import FORGETTING, erase_person, finish, noted, own_data  # noqa: E402
from hrpark.accounts.models import Erasure, Membership, Person  # noqa: E402
from hrpark.cases import actions as cases  # noqa: E402
from hrpark.cases.samples import DATA, make_case  # noqa: E402
from hrpark.evaluation.models import Frozen  # noqa: E402
from hrpark.evaluation.queries import recompute  # noqa: E402
from hrpark.files.samples import make_attachment  # noqa: E402
from hrpark.institutions.models import Institution  # noqa: E402
from hrpark.institutions.samples import make_contact, make_staff_member  # noqa: E402
from hrpark.trail.actions import seal, unguarded  # noqa: E402
from hrpark.trail.models import Entry  # noqa: E402
from hrpark.trail.queries import verify  # noqa: E402
from hrpark.web import clock  # noqa: E402
from tests.access import stage as world  # noqa: E402
from tests.access.test_canaries import PLAIN, free_text  # noqa: E402
from tests.scenarios import faults  # noqa: E402
from tests.scenarios.left_behind import files_of, left  # noqa: E402

FORMER, NAME, MOBILE, EMAIL = "司马竹简", "欧阳甲骨文", "13987654321", "oracle.bone@example.com"
#: What the person alone has said, each in a place of its own.
OWN = {
    of: f"私语{of}-7f3a"
    for of in ("what", "place", "answer", "rating", "file", "filename", "letter", "draft", "view", "leaving", "agent", "search")
}
logged = io.StringIO()
#: Frozen texts are canonical JSON under a digest: nothing is typed into them, they come from what was.
KEPT = {f"{of}.{name}".lower() for one in FORGETTING for of, names in one.keeps.items() for name in names}
NOT_TYPED = (
    KEPT
    | {"accounts.erasure.basis", "evaluation.frozen.inputs", "evaluation.frozen.result"}
    | PLAIN["a key, a number, a digest, a state"]
)


def main(aside: str) -> dict:
    for name in ("hrpark", "django"):
        logging.getLogger(name).addHandler(logging.StreamHandler(logged))
        logging.getLogger(name).setLevel(logging.DEBUG)
    logging.getLogger("django.db.backends").setLevel(logging.WARNING)
    tried = faults.Found()
    with transaction.atomic():  # one commit instead of a thousand
        with faults.looking(tried, faults.every if os.environ.get("HRPARK_EVERY_STATEMENT") else faults.few):
            stage = world.build(clock.now())
        at, person = stage.at, Person.objects.get(pk=stage.people["c"].pk)
        change_person(actor=person, at=at, key="called", person=person, name=FORMER, mobile=person.mobile)
        person = Person.objects.get(pk=person.pk)
        change_person(actor=person, at=at, key="renamed", person=person, name=NAME, mobile=MOBILE, email=EMAIL)
        says_things(stage, person, at)
        typed = type_everywhere()
    seal(limit=100_000)
    words = [NAME, MOBILE, EMAIL, FORMER, *OWN.values()]
    told = json.dumps(own_data(person), ensure_ascii=False, default=str)
    there = left(words, files_of(os.environ["HRPARK_DATABASE"], settings.HOME, aside))
    erase_person(actor=samples.HOUSE, at=at, key="erase", person=person)
    finished = finish(at)
    seal(limit=100_000)
    return {
        "faults": tried.faults, "verbs": sorted(tried.verbs), "wrong": tried.wrong, "words": words, "typed": typed, "there": sorted({word for word, _ in there}),
        "copied": [OWN[of] for of in ("what", "place", "answer", "rating", "draft", "view", "agent") if OWN[of] not in told],
        "broken": [line for check in verify() for line in check.broken], "recomputed": [recompute(f.round).ok for f in Frozen.objects.all()],
        "doubtful": Erasure.objects.get(person=person).doubtful, "log": logged.getvalue(), "called": Person.objects.get(pk=person.pk).name,
        "finished": finished, "noted": str(person.uid) in noted(),
        "deeds": Entry.objects.filter(actor=person.actor_key).count(),
    }  # fmt: skip


def says_things(stage, person: Person, at: datetime) -> None:
    """As themselves: a request with papers, answered and rated; a draft, a view, a letter, a session, a farewell."""
    estate, by = stage.estates["启航"], {"actor": person, "at": at}
    case = make_case(
        kind="general", park=stage.cast.huangpu, applicant=person, at=at, title=OWN["what"],
        data={**DATA["general"], "what": OWN["what"], "place": OWN["place"], "contact": NAME, "phone": MOBILE},
    )  # fmt: skip
    make_attachment(
        case, park=case.park, at=at, actor=samples.HOUSE, name=f"{OWN['filename']}.txt", data=OWN["file"].encode(), key="own"
    )
    desk = {"actor": stage.people["d"], "at": at}
    case = cases.send_back(
        **desk,
        key="back",
        case=case,
        asked=[{"field": "what", "label": "诉求内容", "says": f"请{NAME}补充"}],
        seen=case.version,
    )
    case = cases.resubmit(**by, key="again", case=case, note=OWN["answer"], data=case.data, seen=case.version)
    case = cases.close(
        **desk,
        key="close",
        case=case,
        outcome="solved",
        cause="wear",
        note=f"已与{NAME}（139 8765 4321）电话确认",
        seen=case.version,
    )
    cases.rate(**by, key="rate", case=case, degree=5, text=OWN["rating"])
    letter = person.authorisations.first()
    make_attachment(
        letter, park=letter.park, at=at, name=f"{NAME}.txt", data=OWN["letter"].encode(), personal=True, key="letter"
    )
    save_draft(person=person, form="general", body={"what": [OWN["draft"]]}, at=at)
    save_view(person=person, park=estate.park, list="colleagues", name=OWN["view"], query=f"q={OWN['search']}", at=at)
    Client().get("/account/login/", {"next": "/"}, headers={"user-agent": OWN["agent"]})
    browser = Client(headers={"user-agent": OWN["agent"]})
    browser.post("/account/login/", {"key": MOBILE, "password": samples.PASSWORD, "deed_key": "x"})
    for role in Membership.objects.filter(person=person, until=None):
        end_role(**by, key=f"leave:{role.pk}", membership=role, on=at.date(), reason=OWN["leaving"])
    institution = Institution.objects.get(pk=estate.things["institution"])
    make_contact(at=at, institution=institution, name=NAME, mobile=MOBILE, email=EMAIL)
    make_staff_member(at=at, institution=institution, name=NAME)


def type_everywhere() -> int:
    """Name, mobile and e-mail into one row of every column that takes words."""
    typed = 0
    with transaction.atomic():
        for model, column in free_text():
            if f"{model._meta.label_lower}.{column.name}" in NOT_TYPED or model is Person:
                continue
            rows = model._base_manager.order_by("-pk")[:200]
            row = next((row for row in rows if getattr(row, column.attname)), None)
            if row is None:
                continue
            value = getattr(row, column.attname)
            said = f"{NAME} {MOBILE} {EMAIL}"
            if isinstance(value, dict):
                value = {**value, said: [said]}
            elif isinstance(value, list):
                value = [*value, said]
            elif column.max_length and column.max_length < len(said) + len(value):
                value = f"{MOBILE} {value}"[: column.max_length]
            else:
                value = f"{said}{value}"
            if model._meta.label_lower.startswith("trail."):
                continue  # what stands there was written by the deeds above
            with unguarded(model):
                model._base_manager.filter(pk=row.pk).update(**{column.attname: value})
            typed += 1
    return typed


if __name__ == "__main__":
    json.dump(main(sys.argv[1]), sys.stdout)
