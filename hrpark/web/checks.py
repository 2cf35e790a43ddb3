"""What stops start-up: a URL whose visitor nobody declared, a permission nobody knows."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.checks import Error
from django.urls import URLPattern, URLResolver, get_resolver

from hrpark.accounts.kinds import PERMISSIONS
from hrpark.trail.kinds import SUBJECTS

from .subjects import PAGES

#: Views that libraries bring; each is declared in tests/access/table.py by its path.
LIBRARIES = ("allauth.", "ninja.", "django.")


def patterns(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every URL of the installation with its whole path."""
    for entry in (resolver or get_resolver()).url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, path)
        else:
            yield path, entry


def doors_are_declared(app_configs: object = None, **kwargs: object) -> list[Error]:
    """Every own view says which door it belongs to and which permission it asks for (web/pages.py)."""
    errors = []
    for path, pattern in patterns():
        module = getattr(getattr(pattern.callback, "func", pattern.callback), "__module__", "")  # ninja's own are partials
        if module.startswith(LIBRARIES):
            continue
        declared = getattr(pattern.callback, "declared", None)
        if declared is None:
            errors.append(Error(f"/{path} has no @page declaration ({module}).", id="hrpark.E001"))
        elif declared.permission and declared.permission not in PERMISSIONS:
            errors.append(Error(f"/{path} asks for an unknown permission {declared.permission!r}.", id="hrpark.E002"))
    return errors


def subjects_are_whole(app_configs: object = None, **kwargs: object) -> list[Error]:
    """A page declared for a subject type belongs to a type that exists."""
    return [
        Error(f"A page is declared for an unknown subject type {key!r}.", id="hrpark.E003")
        for key in PAGES.keys()
        if key not in SUBJECTS
    ]
