"""How a person proves who they are: password, one-time code, and the sessions that follow. The second factor: ``totp``.

What proves something is a plain function, not a verb: a refused attempt must stay counted, and so cannot live in the
transaction that the refusal rolls back. What changes an account is a verb.
"""

from __future__ import annotations

import importlib
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import F

from hrpark.toolbox.errors import NotAllowed, Refused
from hrpark.toolbox.grounds import grounds
from hrpark.trail.actions import Deed, verb
from hrpark.trail.kinds import System

from . import passwords, permissions, rules, sms, throttle, vault
from .actions import accept_invitation, give_consent, register_person
from .models import Invitation, OneTimeCode, Park, Person, SignIn
from .queries import any_person_by_key, invitation_by_token, may_vouch, person_by_key, require

HOUSE = System("sign-in", "登录系统")
INVITED = System("invitation", "邀请链接")
CODE_LIVES = timedelta(minutes=10)
CODE_ATTEMPTS = 5
#: How long after a sign-in by code a new password may be set without the old one.
FRESH = timedelta(minutes=15)

WRONG_PASSWORD = "账号或密码不正确。请核对后重试；忘记密码可用一次性验证码登录。"  # noqa: S105
WRONG_CODE = "验证码不正确、已使用或已过期（有效期10分钟）。请核对账号和验证码，或重新领取。"


# ---------------------------------------------------------------- password


def check_new_password(password: str, person: Person) -> None:
    """Refuse a password that the policy refuses, with every reason at once."""
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise Refused("".join(error.messages), field="password") from None


def prove_password(*, key: str, password: str, at: datetime, address: str, device: str = "") -> Person:
    """Who signs in with this key and password; the same answer and the same work when there is nobody."""
    account, person = _account_of(key)
    attempt = throttle.knock("password", account, at=at, address=address, device=throttle.known_device(person, device))
    if len(password) > passwords.LONGEST:
        raise Refused(WRONG_PASSWORD, field="password")
    proved = authenticate(None, key=account, password=password)
    if proved is None:
        raise Refused(WRONG_PASSWORD, field="password")
    throttle.passed(attempt)
    return proved


def prove_again(*, person: Person, password: str, session_key: str | None, at: datetime, address: str) -> None:
    """The person of a running session types the password once more before something that matters (ASVS 7.5.1).

    Soon after a sign-in by one-time code that was proof enough. Counted apart from sign-ins: who guesses from outside
    cannot keep the owner from changing the password.
    """
    if came_by_code(person, session_key, at):
        return
    attempt = throttle.knock("password", f"again:{person.pk}", at=at, address=address, device="session")
    if len(password) > passwords.LONGEST or not person.check_password(password):
        raise Refused("当前密码不正确。请核对后重试；忘记密码请退出后用一次性验证码登录。", field="password_current")
    throttle.passed(attempt)


def _account_of(key: str) -> tuple[str, Person | None]:
    """The key as the throttle counts it, and its person when there is one."""
    try:
        account = rules.account_key(key)[1]
    except Refused:
        account = key.strip()[:254]
    return account, person_by_key(account)


@verb("accounts.password.set", "设置了新密码")
def set_password(deed: Deed, *, actor: System | Person, at: datetime, key: str, person: Person, password: str) -> Person:
    """A new password; every session of the person but the acting one ends with it (its hash is part of each session)."""
    if isinstance(actor, Person) and actor.pk != person.pk:
        raise NotAllowed("只能设置您自己的密码。")
    check_new_password(password, person)
    person.set_password(password)
    person.save(update_fields=["password"])
    OneTimeCode.objects.filter(person=person, used_at__isnull=True, expires_at__gt=at).update(expires_at=at)
    deed.record(person, park=None)
    return person


def change_password(
    *, person: Person, at: datetime, key: str, current: str, password: str, session_key: str, address: str
) -> Person:  # fmt: skip
    """Set an own new password: after the current one, or soon after a sign-in by one-time code."""
    prove_again(person=person, password=current, session_key=session_key, at=at, address=address)
    set_password(actor=person, at=at, key=key, person=person, password=password)
    end_sessions(person=person, at=at, but=session_key)
    return person


def came_by_code(person: Person, session_key: str | None, at: datetime) -> bool:
    """Whether this session began with a one-time code a short while ago."""
    return (
        session_key is not None
        and SignIn.objects.filter(person=person, session_key=session_key, means="code", began_at__gt=at - FRESH).exists()
    )


# ---------------------------------------------------------------- one-time codes


def sends_codes(key: str = "") -> bool:
    """Whether codes can be sent at all, or to this kind of key; otherwise they are issued at the counter."""
    by_sms, by_mail = bool(settings.SMS_ADAPTER), settings.EMAIL_ENABLED
    if not key:
        return by_sms or by_mail
    return by_mail if "@" in key else by_sms


@verb("accounts.code.issue", "签发了一次性验证码")
def _issue_code(
    deed: Deed, *, actor: System | Person, at: datetime, key: str, person: Person, park: Park | None, channel: str, digest: str, basis: str
) -> OneTimeCode:  # fmt: skip
    OneTimeCode.objects.filter(person=person, used_at__isnull=True, expires_at__gt=at).update(expires_at=at)
    code = OneTimeCode.objects.create(
        person=person, digest=digest, channel=channel, issued_by=actor if isinstance(actor, Person) else None,
        issued_at=at, expires_at=at + CODE_LIVES,
    )  # fmt: skip
    deed.record(code, park=park.pk if park else None, channel=channel, basis=basis)
    deed.also(person, park=park.pk if park else None, channel=channel, basis=basis)
    return code


def issue_code(
    *, actor: System | Person, at: datetime, key: str, person: Person, park: Park | None, basis: str
) -> tuple[OneTimeCode, str]:  # fmt: skip
    """An officer hands a code to a person who stands at the counter. The code is in the answer and nowhere else.

    ``basis`` says how the person was recognised (身份证件, 授权委托书), without numbers.
    """
    vouch(actor, person, park, at)
    basis = grounds(basis, "请写明如何核对了本人身份，例如“核对居民身份证原件”")
    text = vault.digits("counter", 8, actor.actor_key, key, str(person.pk))
    code = _issue_code(
        actor=actor,
        at=at,
        key=key,
        person=person,
        park=park,
        channel="counter",
        digest=_digest(person, text),
        basis=basis,
    )
    if not vault.same(code.digest, _digest(person, text)):
        raise Refused("这个页面已经为另一位人员签发过验证码。请刷新后重新签发。")
    return code, text


def vouch(actor: System | Person, person: Person, park: Park | None, at: datetime) -> None:
    """Stop unless the officer may say "this is that person": whoever vouches could sign in as them.

    So nobody vouches for a person who holds more than the voucher's own park gives, nor for themselves.
    """
    if isinstance(actor, System):
        return
    if park is None:
        raise NotAllowed("只能在园区服务台签发验证码。")
    require(actor, permissions.CODE_ISSUE, park.pk, at.date())
    reason = may_vouch(actor, person, park, at.date())
    if reason:
        raise NotAllowed(reason)


def request_code(*, key: str, at: datetime, deed_key: str, address: str) -> tuple[int, str]:
    """Somebody asks for a code by message. Returns what the worker shall deliver (code id, sealed code); id 0 for nobody.

    The caller hands both to ``tasks.deliver_code`` whoever was meant, so that a known and an unknown key look alike.
    """
    account, person = _account_of(key)
    throttle.knock("request", account, at=at, address=address)
    if not sends_codes(account):
        raise Refused("本园区暂未开通短信或邮件验证码。请携带身份证件到园区服务台领取一次性验证码。", field="key")
    text = vault.digits("message", 6, deed_key, account)
    if person is None:
        return 0, vault.seal(text)
    code = _issue_code(
        actor=HOUSE, at=at, key=f"request:{person.pk}:{deed_key}", person=person, park=None,
        channel="email" if "@" in account else "sms", digest=_digest(person, text), basis="本人在登录页申请",
    )  # fmt: skip
    return code.pk, vault.seal(text)


def deliver(*, code: OneTimeCode, text: str) -> None:
    """Hand a code over to the gateway or the mail server. Raises what they raise; the worker logs it."""
    minutes = str(int(CODE_LIVES.total_seconds() // 60))
    if code.channel == "sms":
        gateway = sms.adapter()
        if gateway is None:
            raise sms.SmsFailed("no adapter is configured any more")
        gateway.send(code.person.mobile or "", "code", {"code": text, "minutes": minutes})
    elif code.channel == "email":
        send_mail(
            "登录验证码", f"{code.person.name}，您好：\n\n您的登录验证码是 {text}，{minutes}分钟内有效，请勿告诉他人。\n\n如非本人操作，请忽略本邮件。",
            None, [code.person.email or ""],
        )  # fmt: skip


def prove_code(*, key: str, code: str, at: datetime, address: str, device: str = "") -> Person:
    """Who signs in with this key and one-time code. Five attempts a code, used once, ten minutes."""
    account, person = _account_of(key)
    attempt = throttle.knock("code", account, at=at, address=address, device=throttle.known_device(person, device))
    text = rules.only_digits(code)
    live = None
    if person is not None:
        live = (
            OneTimeCode.objects.filter(person=person, used_at__isnull=True, expires_at__gt=at, attempts__lt=CODE_ATTEMPTS)
            .order_by("-issued_at", "-pk")
            .first()
        )
    counted = live is not None and (
        OneTimeCode.objects.filter(pk=live.pk, attempts__lt=CODE_ATTEMPTS, used_at__isnull=True).update(
            attempts=F("attempts") + 1
        )
        == 1
    )
    given = vault.digest("code", f"{person.pk if person else 0}:{text}")
    right = vault.same(given, live.digest if live else vault.digest("code", "nobody"))
    if not (right and counted and live and person):
        raise Refused(WRONG_CODE, field="code")
    use_code(actor=person, at=at, key=f"code:{live.pk}:{attempt.pk}", code=live)
    throttle.passed(attempt)
    return person


@verb("accounts.code.use", "用一次性验证码登录")
def use_code(deed: Deed, *, actor: Person, at: datetime, key: str, code: OneTimeCode) -> OneTimeCode:
    """Spend a code. The database decides between two who bring it at the same moment."""
    if OneTimeCode.objects.filter(pk=code.pk, used_at__isnull=True).update(used_at=at) != 1:
        raise Refused(WRONG_CODE, field="code")
    deed.record(code, park=None)
    return code


def _digest(person: Person, text: str) -> str:
    return vault.digest("code", f"{person.pk}:{text}")


# ---------------------------------------------------------------- signing up


def sign_up(*, name: str, key: str, password: str, agreed: bool, at: datetime, deed_key: str, address: str) -> None:
    """Somebody makes an account for themselves. Nothing in the answer tells whether the key was known already.

    A known key stays as it is: its owner signs in as before, and nobody learns here that there is one.
    """
    name = _agreed_name(name, agreed)
    kind, account = rules.account_key(key)
    check_new_password(password, Person(name=name, **{kind: account}))
    throttle.knock("register", account, at=at, address=address)
    if any_person_by_key(account) is not None:
        make_password(password)  # the same work as for a new one
        return
    own_key = f"{deed_key}:{vault.digest('account', account)[:16]}"
    with transaction.atomic():
        person = register_person(actor=HOUSE, at=at, key=own_key, name=name, password=password, **{kind: account})
        give_consent(actor=person, at=at, key=own_key, person=person, purpose="account", channel="网页注册")


def join(*, token: str, name: str, password: str, agreed: bool, at: datetime, deed_key: str) -> Invitation:
    """Somebody without an account accepts an invitation: account, consent and role, all or nothing."""
    name = _agreed_name(name, agreed)
    offered = invitation_by_token(token, at)
    check_new_password(password, Person(name=name, mobile=offered.mobile or None, email=offered.email or None))
    own_key = f"{deed_key}:{offered.digest[:16]}"
    with transaction.atomic():
        accepted = accept_invitation(actor=INVITED, at=at, key=own_key, token=token, name=name, password=password)
        person = accepted.accepted_by
        give_consent(actor=person, at=at, key=own_key, person=person, purpose="account", channel="接受邀请")
    return accepted


def _agreed_name(name: str, agreed: bool) -> str:
    name = " ".join(name.split())
    if not name:
        raise Refused("请填写姓名。", field="name")
    if len(name) > 60:
        raise Refused("姓名最长60个字，请缩短后重填。", field="name")
    if not agreed:
        raise Refused("请先阅读并勾选同意个人信息处理说明，否则无法建立账号。", field="agreed")
    return name


# ---------------------------------------------------------------- sessions


def begin_session(
    *, person: Person, session_key: str, means: str, second: str, at: datetime, address: str, agent: str
) -> SignIn:  # fmt: skip
    """A session has been given to a person; it appears in their list from now on."""
    return SignIn.objects.create(
        person=person, session_key=session_key, means=means, second=second, address=address[:50], agent=agent[:200],
        began_at=at, seen_at=at,
    )  # fmt: skip


def session_seen(*, session_key: str | None, at: datetime) -> None:
    SignIn.objects.filter(session_key=session_key, ended_at__isnull=True).update(seen_at=at)


def session_moved(*, before: str | None, after: str) -> None:
    """The session got a new key (after a new password)."""
    if before:
        SignIn.objects.filter(session_key=before).update(session_key=after)


def session_ended(*, session_key: str | None, at: datetime) -> None:
    if session_key:
        SignIn.objects.filter(session_key=session_key).update(ended_at=at, session_key=None)


def sweep_sessions(at: datetime) -> int:
    """Remove sessions that are over, and close their lines; an ended session leaves nothing behind in the database."""
    age = timedelta(seconds=settings.SESSION_COOKIE_AGE)
    SignIn.objects.filter(ended_at__isnull=True, began_at__lte=at - age).update(ended_at=at, session_key=None)
    return Session.objects.filter(expire_date__lte=at).delete()[0]


def end_sessions(*, person: Person, at: datetime, but: str | None = None, only: int | None = None) -> int:
    """End a person's sessions: all, all but one (by its key), or a single one (by the id of its line). Returns how many."""
    store = importlib.import_module(settings.SESSION_ENGINE).SessionStore
    ended = 0
    lines = SignIn.objects.filter(person=person, ended_at__isnull=True)
    if only is not None:
        lines = lines.filter(pk=only)
    for line in lines:
        if but is None or line.session_key != but:
            store(line.session_key).delete()
            session_ended(session_key=line.session_key, at=at)
            ended += 1
    return ended
