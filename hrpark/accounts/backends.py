"""Signing in with a mobile number or an e-mail address."""

from __future__ import annotations

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password

from .models import Person
from .queries import active_person, person_by_key


class KeyBackend(BaseBackend):
    """Checks the password of the person whose account key was typed, in the same time whether or not there is one."""

    def authenticate(self, request, key: str | None = None, password: str | None = None, **kwargs):
        key = key or kwargs.get("email") or kwargs.get("phone")
        if not key or password is None:
            return None
        person = person_by_key(key)
        if person is None:
            make_password(password)  # the same work as checking one, so that timing tells nothing
            return None
        return person if person.check_password(password) else None

    def get_user(self, user_id: int) -> Person | None:
        return active_person(user_id)
