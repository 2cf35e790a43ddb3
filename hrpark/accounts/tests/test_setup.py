"""The first day's token, and the codes that come from the server itself."""

import io
import stat

import pytest
from django.core.management import CommandError, call_command

from hrpark.accounts import access, samples, setup
from hrpark.trail.models import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _home(settings, tmp_path):
    settings.HOME = tmp_path


def run(name, *arguments):
    out = io.StringIO()
    call_command(name, *arguments, stdout=out)
    return out.getvalue().strip()


def test_the_token_is_made_once_and_only_its_owner_reads_the_file(tmp_path):
    token = run("setup_token")
    assert len(token) >= 32 and token == setup.setup_token()
    assert stat.S_IMODE((tmp_path / "setup-token").stat().st_mode) == 0o600


def test_only_the_token_is_the_token():
    token = setup.setup_token()
    assert setup.is_setup_token(f" {token}\n")
    for other in ("", token[:-1], token + "x", token.swapcase(), "令牌"):
        assert not setup.is_setup_token(other)


def test_an_installation_with_people_has_no_token_whatever_lies_in_the_file(tmp_path):
    token = setup.setup_token()
    samples.make_person()
    assert not setup.is_setup_token(token) and not setup.is_setup_token("")
    with pytest.raises(CommandError):
        run("setup_token")
    setup.drop_setup_token()
    setup.drop_setup_token()
    assert not (tmp_path / "setup-token").exists()


def test_the_console_issues_a_code_even_for_an_administrator():
    person = samples.make_person(installs=True)
    text = run("issue_code", person.mobile, "--basis", "本人在机房")
    code = person.codes.get()
    assert access.prove_code(key=person.mobile, code=text, at=code.issued_at, address="192.0.2.1") == person
    assert Entry.objects.filter(actor="system:console", verb="accounts.code.issue").exists()


def test_the_console_knows_no_strangers():
    with pytest.raises(CommandError):
        run("issue_code", "13999999999", "--basis", "某")
