"""Reads the standard and the parameters at start-up, and registers the system check."""

from django.apps import AppConfig

from . import checks  # noqa: F401


class StandardConfig(AppConfig):
    name = "hrpark.standard"
