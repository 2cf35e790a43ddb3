"""Roles and permission names.

A role is fixed here, because a role is what a membership stores. A permission is declared by the room whose deeds it
guards (``<room>/permissions.py``), together with the roles that hold it; an unknown name stops start-up.
"""

from __future__ import annotations

from dataclasses import dataclass

from hrpark.toolbox.errors import Misconfigured
from hrpark.toolbox.registry import Registry


@dataclass(frozen=True)
class Role:
    """A role: which kind of organisation gives it, and its Chinese name."""

    key: str
    label: str
    organisation: str


ROLES: Registry[Role] = Registry("role")
for _role in (
    Role("director", "园区负责人", "operator"),
    Role("officer", "园区专员", "operator"),
    Role("representative", "机构负责人", "institution"),
    Role("clerk", "机构经办人", "institution"),
    Role("supervisor", "主管部门负责人", "authority"),
    Role("inspector", "主管部门经办人", "authority"),
):
    ROLES.add(_role.key, _role)

OPERATOR = ("director", "officer")
INSTITUTION = ("representative", "clerk")
AUTHORITY = ("supervisor", "inspector")


@dataclass(frozen=True)
class Permission:
    """What may be done, in a sentence, and by which roles. An institution's roles reach only their own organisation."""

    name: str
    sentence: str
    roles: frozenset[str]


PERMISSIONS: Registry[Permission] = Registry("permission")


def permission(name: str, sentence: str, *roles: str) -> str:
    """Declare a permission; returns its name, so that rooms refer to it by a constant."""
    for role in roles:
        if role not in ROLES:
            raise Misconfigured(f"Permission {name!r} names an unknown role {role!r}")
    PERMISSIONS.add(name, Permission(name, sentence, frozenset(roles)))
    return name


@dataclass(frozen=True)
class ShownLogin:
    """A login that the sign-in page shows to everybody: only in a demo (settings.DEMO), only the demo's own."""

    key: str
    password: str
    says: str


SHOWN_LOGINS: Registry[ShownLogin] = Registry("shown login")
