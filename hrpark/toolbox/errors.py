"""What can go wrong, in words for the person who met it.

Every message is Chinese, says what is wrong, where, and what to do (LOOK.md, "Words"). A door turns each class into one
HTTP answer; nothing else in the house does.
"""

from __future__ import annotations


class HrparkError(Exception):
    """A problem that has an answer for the person in front of the screen.

    ``message`` is shown as it stands; ``field`` names the form field it belongs to, when there is one.
    """

    status = 400

    def __init__(self, message: str, *, field: str | None = None):
        super().__init__(message)
        self.message = message
        self.field = field


class Refused(HrparkError):
    """A rule says no: the request was understood and can be corrected (HTTP 422)."""

    status = 422


class NotAllowed(HrparkError):
    """The person has no role that allows this, and may know that the thing exists (HTTP 403)."""

    status = 403


class NotFound(HrparkError):
    """No such thing, or none that this person may know of: the two are never told apart (HTTP 404)."""

    status = 404

    def __init__(self, message: str = "没有找到您要的内容，可能已被移除，或您没有查看权限。", *, field: str | None = None):
        super().__init__(message, field=field)


class Conflict(HrparkError):
    """Somebody else was first: two officers deciding at once, a booked room, a stale page (HTTP 409)."""

    status = 409


class Misconfigured(RuntimeError):
    """The program itself is put together wrongly; stops start-up. English: its reader is an engineer."""
