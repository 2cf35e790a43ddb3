"""The house, imported and with no connection open: what the processes of tests are forked from (tests/processes.py)."""

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"

import django

django.setup()

import config.urls  # noqa: E402, F401 - every door, and with them every room below
