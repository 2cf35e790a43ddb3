"""Runs that take minutes are no part of the suite: ``make torture`` asks for them (``HRPARK_KILLS``)."""

import os

collect_ignore = [] if os.environ.get("HRPARK_KILLS") else ["test_killed.py"]
