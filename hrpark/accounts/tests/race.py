"""Several processes after the same thing, released at one moment: ``python -m hrpark.accounts.tests.race <what>``.

Prints as JSON how many got through and what the database holds afterwards.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import django

AT = datetime(2026, 3, 2, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
CLIENTS = 6


def _house():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()


def guess(me: int, _: object) -> int:
    """Five guesses each; how many were judged."""
    from hrpark.accounts import throttle

    judged = 0
    for _ in range(5):
        try:
            throttle.knock("password", "13800138000", at=AT, address="")
            judged += 1
        except throttle.TooManyAttempts:
            pass
    return judged


def guess_naively(me: int, _: object) -> int:
    """The control: look first, then write."""
    from hrpark.accounts.models import Attempt
    from hrpark.accounts.throttle import LIMITS

    judged = 0
    for _ in range(5):
        if Attempt.objects.count() < LIMITS["password"]:
            Attempt.objects.create(kind="password", account="x", address="", at=AT)
            judged += 1
    return judged


def use_code(me: int, code: str) -> int:
    from hrpark.accounts import access
    from hrpark.toolbox.errors import Refused

    try:
        access.prove_code(key="13800000001", code=code, at=AT, address="")
    except Refused:
        return 0
    return 1


def use_totp(me: int, code: str) -> int:
    from hrpark.accounts import totp
    from hrpark.accounts.models import Person
    from hrpark.toolbox.errors import Refused

    try:
        totp.prove_second(person=Person.objects.get(), code=code, at=AT + timedelta(minutes=1), address="")
    except Refused:
        return 0
    return 1


def begin(me: int, _: object) -> int:
    from hrpark.accounts.actions import begin_installation
    from hrpark.toolbox.errors import HrparkError

    try:
        begin_installation(
            at=AT + timedelta(seconds=me), name="沈立平", mobile=f"1380000000{me}", email="", password="yueyang-lou-1046",
            park=f"园区{me}", slug=f"park-{me}", operator="运营公司",
        )  # fmt: skip
    except HrparkError:
        return 0
    return 1


def accept(me: int, token: str) -> int:
    from hrpark.accounts import samples
    from hrpark.accounts.actions import accept_invitation
    from hrpark.toolbox.errors import HrparkError

    try:
        accept_invitation(actor=samples.HOUSE, at=AT, key=f"accept-{me}", token=token, password=samples.PASSWORD)
    except HrparkError:
        return 0
    return 1


def depart(me: int, _: object) -> int:
    """Two directors each end the other's role."""
    from hrpark.accounts.actions import end_role
    from hrpark.accounts.models import Membership
    from hrpark.toolbox.errors import HrparkError

    roles = list(Membership.objects.select_related("person", "organisation").order_by("pk")[:2])
    mine, other = roles[me % 2], roles[1 - me % 2]
    try:
        end_role(actor=mine.person, at=AT, key=f"end-{me}", membership=other, on=AT.date(), reason="试")
    except HrparkError:
        return 0
    return 1


def _prepare(what: str) -> object:
    from hrpark.accounts import access, rules, samples, totp
    from hrpark.accounts.actions import invite

    if what == "use_code":
        person = samples.make_person(mobile="13800000001")
        return access.issue_code(actor=samples.HOUSE, at=AT, key="k", person=person, park=None, basis="核对身份证原件")[1]
    if what == "use_totp":
        person, secret = samples.make_person(), totp.new_secret()
        step = int(AT.timestamp()) // 30
        totp.add_totp(actor=person, at=AT, key="k", person=person, secret=secret, code=rules.hotp(totp._bytes(secret), step))
        return rules.hotp(totp._bytes(secret), step + 2)
    if what == "accept":
        park, body = samples.make_park(), samples.make_organisation(kind="operator")
        return invite(
            actor=samples.HOUSE, at=AT, key="k", park=park, organisation=body, role="officer", name="林", mobile="13800000009"
        )[1]
    if what == "depart":
        park, body = samples.make_park(), samples.make_organisation(kind="operator")
        for _ in range(2):
            samples.give_role(samples.make_person(), body, park, "director")
    return None


def _client(what: str, me: int, thing: object, barrier, results) -> None:
    from django.db import connection

    connection.ensure_connection()
    barrier.wait()
    results.put(globals()[what](me, thing))


def main(what: str) -> None:
    _house()
    from django.db import connection

    thing = _prepare(what)
    connection.close()
    context = multiprocessing.get_context("fork")
    barrier, results = context.Barrier(CLIENTS), context.Queue()
    clients = [context.Process(target=_client, args=(what, n, thing, barrier, results)) for n in range(CLIENTS)]
    for client in clients:
        client.start()
    through = sum(results.get(timeout=60) for _ in clients)
    for client in clients:
        client.join()
    from hrpark.accounts.models import Membership, Park, Person

    print(
        json.dumps(
            {
                "through": through, "people": Person.objects.count(), "parks": Park.objects.count(),
                "roles": Membership.objects.filter(until=None).count(),
            }
        )
    )  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1])
