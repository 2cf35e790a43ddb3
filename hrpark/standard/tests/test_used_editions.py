"""An edition that a row rests on says for ever what it said then."""

import pytest
from django.core.checks import Tags, run_checks
from django.db import DatabaseError, connection, transaction

from hrpark.standard.actions import use_edition
from hrpark.standard.checks import used_editions_are_unchanged
from hrpark.standard.kinds import CURRENT
from hrpark.standard.models import UsedEdition
from hrpark.toolbox.errors import Misconfigured

pytestmark = pytest.mark.django_db


def complaints():
    return used_editions_are_unchanged(databases=["default"])


def test_the_first_use_fixes_what_the_edition_says(at):
    assert use_edition(CURRENT.key, at=at) is CURRENT
    use_edition(CURRENT.key, at=at)
    used = UsedEdition.objects.get()
    assert (used.key, used.digest, used.used_at) == (CURRENT.key, CURRENT.digest, at)
    assert complaints() == []


def test_an_edition_that_was_changed_is_refused_by_its_next_use_and_by_the_check(at):
    UsedEdition.objects.create(key=CURRENT.key, digest="0" * 64, used_at=at)
    with pytest.raises(Misconfigured, match="no longer says"):
        use_edition(CURRENT.key, at=at)
    (found,) = complaints()
    assert found.id == "standard.E001" and "been changed" in found.msg
    assert found in run_checks(tags=[Tags.database], databases=["default"])


def test_an_edition_that_was_removed_is_found_by_the_check(at):
    UsedEdition.objects.create(key="draft-1999", digest=CURRENT.digest, used_at=at)
    (found,) = complaints()
    assert "draft-1999" in found.msg and "been removed" in found.msg


def test_an_edition_that_nothing_rests_on_may_still_change():
    assert not UsedEdition.objects.exists()
    assert complaints() == []


def test_an_unknown_edition_cannot_be_used(at):
    with pytest.raises(Misconfigured):
        use_edition("draft-1999", at=at)


def test_the_database_refuses_to_rewrite_what_was_used(at):
    use_edition(CURRENT.key, at=at)
    for statement in ("UPDATE standard_usededition SET digest = 'x'", "DELETE FROM standard_usededition"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert UsedEdition.objects.get().digest == CURRENT.digest
