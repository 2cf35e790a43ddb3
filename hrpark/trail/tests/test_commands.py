"""The two commands that whoever inspects the trail types."""

import io

import pytest
from django.core.management import call_command

from hrpark.accounts.samples import make_park
from hrpark.trail.models import Entry, Payload, Seal

pytestmark = pytest.mark.django_db


def run(name):
    out = io.StringIO()
    call_command(name, stdout=out)
    return out.getvalue()


def test_an_empty_trail_is_whole():
    assert "empty" in run("verify_trail") and run("seal_trail") == "sealed 0\n"


def test_what_is_sealed_verifies_chain_by_chain():
    first, second = make_park(), make_park()
    assert "1 unsealed" in run("verify_trail")
    assert run("seal_trail") == "sealed 2\n"
    said = run("verify_trail")
    assert f"park {first.pk}: whole, 1 sealed, 0 unsealed, 0 erased" in said and f"park {second.pk}: whole" in said


def test_a_changed_payload_is_named_and_the_command_fails():
    make_park()
    run("seal_trail")
    entry = Entry.objects.get()
    Payload.objects.filter(pk=entry.pk).delete()
    Payload.objects.create(entry_id=entry.pk, salt=b"0" * 16, body={})
    out = io.StringIO()
    with pytest.raises(SystemExit) as stop:
        call_command("verify_trail", stdout=out)
    assert stop.value.code == 1 and "BROKEN" in out.getvalue() and f"entry {entry.pk}" in out.getvalue()


def test_a_missing_link_is_named():
    park = make_park()
    Seal.objects.create(park_id=park.pk, seq=2, entry_id=Entry.objects.get().pk, digest=b"0" * 32)
    out = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("verify_trail", stdout=out)
    assert "link 1 is missing" in out.getvalue()
