"""A plug-in for ``make torture``: faults at every statement of every verb that any test calls, at its first good call.

pytest -p tests.scenarios.everywhere -n0 hrpark
"""

from __future__ import annotations

import pytest

from tests.scenarios import faults

FOUND = faults.Found()


@pytest.fixture(autouse=True)
def _faults(request):
    """Around every test that works within one transaction."""
    if not request.node.get_closest_marker("django_db") and "db" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("db")
    with faults.looking(FOUND, faults.every):
        yield


def pytest_terminal_summary(terminalreporter):
    from hrpark.trail.kinds import VERBS

    missing = sorted({verb.name for verb in VERBS} - set(FOUND.verbs) - {"trail.erase"})
    terminalreporter.write_line(f"{FOUND.faults} faults in {len(FOUND.verbs)} verbs")
    for line in [*FOUND.wrong, *(f"{name}: no test calls it within a transaction" for name in missing)]:
        terminalreporter.write_line(line)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    if FOUND.wrong:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
