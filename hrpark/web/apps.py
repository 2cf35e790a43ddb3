"""Start-up: every room's registrations are imported once, then the house checks that they fit together."""

from __future__ import annotations

import importlib

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import register
from django.utils.module_loading import module_has_submodule

from hrpark.toolbox.registry import discover

#: Modules of a room that register something when they are imported, and packages with one file a thing.
MODULES = ("permissions", "facts", "kinds", "queries", "actions", "access", "totp", "erasure", "tasks")
PACKAGES = ("rules", "case_types", "duties", "imports", "indicators", "channels")


class WebConfig(AppConfig):
    name = "hrpark.web"

    def ready(self) -> None:
        for room in settings.ROOMS:
            package = importlib.import_module(f"hrpark.{room}")
            for name in MODULES:
                if module_has_submodule(package, name):
                    importlib.import_module(f"hrpark.{room}.{name}")
            for name in PACKAGES:
                if module_has_submodule(package, name):
                    found = importlib.import_module(f"hrpark.{room}.{name}")
                    if hasattr(found, "__path__"):
                        discover(found)

        checks = importlib.import_module("hrpark.web.checks")  # needs models, which are there only now
        register(checks.doors_are_declared)
        register(checks.subjects_are_whole)
