"""accounts: who comes in. People, the organisations they act for, the parks they act in, and their roles (clauses 3.1, 3.2).

Park is only the root of tenancy here (name and slug); what a park is made of stands in ``parks``. An organisation is a
legal body as the outside world knows it; what a park knows about a resident one stands in ``institutions``.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from hrpark.trail.actions import subject


class PersonManager(BaseUserManager["Person"]):
    def get_by_natural_key(self, uid: str) -> Person:
        return self.get(uid=uid)


@subject("person", "人员")
class Person(AbstractBaseUser):
    """A person with an account. A mobile number or an e-mail address is the key they sign in with."""

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    name = models.CharField("姓名", max_length=60)
    mobile = models.CharField("手机号", max_length=20, unique=True, null=True, blank=True)
    email = models.EmailField("电子邮箱", unique=True, null=True, blank=True)
    is_active = models.BooleanField(default=True)
    installs = models.BooleanField("系统管理员", default=False, help_text="May add parks; has no role inside any of them.")
    created_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True, blank=True, help_text="When the personal data was erased (PIPL art. 47).")

    USERNAME_FIELD = "uid"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []
    objects = PersonManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(mobile__isnull=False) | Q(email__isnull=False) | Q(erased_at__isnull=False), name="person_has_a_key"
            ),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True) | Q(mobile__isnull=True, email__isnull=True, is_active=False),
                name="erased_person_has_no_key",
            ),
            models.UniqueConstraint(Lower("email"), name="person_email_caseless"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def actor_key(self) -> str:
        return f"person:{self.pk}"

    @property
    def actor_name(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        """What the person signs in with, for showing to the person alone."""
        return self.mobile or self.email or ""


class Erasure(models.Model):
    """That a person was erased, on which basis, where somebody of the same name was left alone, and whether old pages are gone.

    Its ``person.uid`` is what a restored backup is erased by again (docs/operating.md).
    """

    person = models.OneToOneField(Person, models.PROTECT, related_name="erasure")
    at = models.DateTimeField()
    by = models.CharField(max_length=8, choices=[("self", "本人"), ("officer", "书面申请")])
    basis = models.CharField(max_length=200)
    doubtful = models.JSONField(default=dict, help_text="Table → rows with the same name that may be another person's.")
    wiped_at = models.DateTimeField(null=True, blank=True, help_text="When the database's old pages were written anew.")


@subject("park", "园区")
class Park(models.Model):
    """A park as the root of tenancy: whatever belongs to a park points here, and nobody sees across."""

    name = models.CharField("园区名称", max_length=80, unique=True)
    slug = models.SlugField("网址短名", max_length=40, unique=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class OrganisationKind(models.TextChoices):
    OPERATOR = "operator", "运营方"
    INSTITUTION = "institution", "机构"
    AUTHORITY = "authority", "主管部门"


@subject("organisation", "单位")
class Organisation(models.Model):
    """A body that people act for: operator (3.2), institution, competent authority."""

    kind = models.CharField("类别", max_length=12, choices=OrganisationKind)
    name = models.CharField("单位名称", max_length=120)
    uscc = models.CharField("统一社会信用代码", max_length=18, unique=True, null=True, blank=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


@subject("membership", "角色")
class Membership(models.Model):
    """A person holds a role for an organisation in a park, from a day to a day. Counts only once it is verified.

    An institution's first person is verified by an officer against the letter of authorisation (授权委托书).
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="memberships")
    park = models.ForeignKey(Park, models.PROTECT, related_name="memberships")
    role = models.CharField("角色", max_length=20)
    since = models.DateField()
    until = models.DateField(null=True, blank=True, help_text="First day on which it no longer holds.")
    verified_at = models.DateTimeField(null=True, blank=True)
    verified_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "organisation", "park", "role"], condition=Q(until__isnull=True), name="one_open_membership"
            ),
            models.CheckConstraint(condition=Q(until__isnull=True) | Q(until__gte=models.F("since")), name="membership_days"),
        ]


@subject("authorisation", "授权委托书")
class Authorisation(models.Model):
    """The letter by which an institution lets a person act for it; its scan is an attachment of this subject."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="authorisations")
    person = models.ForeignKey(Person, models.PROTECT, related_name="authorisations")
    park = models.ForeignKey(Park, models.PROTECT, related_name="+")
    scope = models.CharField("委托事项", max_length=200)
    valid_from = models.DateField("生效日期")
    valid_to = models.DateField("失效日期", null=True, blank=True)
    received_at = models.DateTimeField()


@subject("invitation", "邀请")
class Invitation(models.Model):
    """An offered role, accepted by whoever holds the link; only a digest of its token is kept."""

    organisation = models.ForeignKey(Organisation, models.PROTECT)
    park = models.ForeignKey(Park, models.PROTECT, related_name="+")
    role = models.CharField(max_length=20)
    name = models.CharField("姓名", max_length=60)
    mobile = models.CharField(max_length=20, blank=True)
    email = models.EmailField(blank=True)
    digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", help_text="Empty: by the house itself.")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, accepted_by__isnull=True)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False, withdrawn_at__isnull=True),
                name="invitation_accepted_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["park", "invited_at"], name="invitation_list")]

    def state(self, at: datetime) -> str:
        """accepted 已接受 · withdrawn 已撤回 · expired 已过期 · open 待接受."""
        if self.accepted_at:
            return "accepted"
        if self.withdrawn_at:
            return "withdrawn"
        return "open" if at < self.expires_at else "expired"


@subject("code", "一次性验证码")
class OneTimeCode(models.Model):
    """A code for one sign-in or one new password: sent by SMS, or issued at the counter while SMS is off."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="codes")
    digest = models.CharField(max_length=64)
    channel = models.CharField(max_length=10, choices=[("sms", "短信"), ("counter", "柜台"), ("email", "邮件")])
    issued_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["person", "expires_at"], name="code_live")]


@subject("consent", "同意书")
class Consent(models.Model):
    """That a person agreed to one purpose in one wording (PIPL art. 14, 15); withdrawing is a date, never a deletion."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=60)
    version = models.CharField(max_length=20)
    text_digest = models.CharField(max_length=64)
    channel = models.CharField(max_length=20)
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "purpose"], condition=Q(withdrawn_at__isnull=True), name="one_running_consent"
            ),
        ]


class Outcome(models.TextChoices):
    """What an attempt came to. Only ``counted`` ones weigh against the next."""

    COUNTED = "counted", "未通过"
    PASSED = "passed", "通过"
    BLOCKED = "blocked", "已拦截"


class Attempt(models.Model):
    """Somebody tried to prove who they are. What the throttle counts, and the log of sign-ins (网络安全法 art. 21: six months).

    ``account`` is a keyed digest of what was typed: a password typed into the wrong field must not lie here readable.
    """

    kind = models.CharField(max_length=12)
    account = models.CharField(max_length=64)
    device = models.CharField(max_length=32, blank=True, help_text="A browser that this account has signed in from before.")
    address = models.CharField(max_length=50, help_text="Client address, IPv6 by its /64.")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=8, choices=Outcome, default=Outcome.COUNTED)

    class Meta:
        indexes = [
            models.Index(fields=["account", "at"], name="attempt_account"),
            models.Index(fields=["address", "at"], name="attempt_address"),
            models.Index(fields=["at"], name="attempt_age"),
        ]


class SignIn(models.Model):
    """One session of a person: where it began, how, when it was last seen, and when it ended."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="sign_ins")
    session_key = models.CharField(max_length=40, unique=True, null=True, help_text="Empty once it has ended.")
    means = models.CharField("登录方式", max_length=10, choices=[("password", "密码"), ("code", "一次性验证码")])
    second = models.CharField("两步验证", max_length=10, blank=True, choices=[("totp", "动态口令"), ("recovery", "恢复代码")])
    address = models.CharField("网络地址", max_length=50)
    agent = models.CharField("设备", max_length=200)
    began_at = models.DateTimeField("登录时间")
    seen_at = models.DateTimeField("最近活动")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ended_at__isnull=True) | Q(session_key__isnull=True), name="ended_without_key"),
        ]
        indexes = [models.Index(fields=["person", "ended_at"], name="sign_in_list")]


class Draft(models.Model):
    """A form as it was typed, kept until it is handed in: nothing that was typed is lost with a session."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="drafts")
    form = models.CharField(max_length=120)
    body = models.JSONField()
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "form"], name="one_draft_a_form")]


class SavedView(models.Model):
    """A list as a person keeps it: filters, order and columns under a name."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="saved_views")
    park = models.ForeignKey(Park, models.CASCADE, null=True, related_name="+")
    list = models.CharField(max_length=60)
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=1000)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "park", "list", "name"], name="one_view_a_name")]
