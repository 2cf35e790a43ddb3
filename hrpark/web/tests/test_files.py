"""Attachments over HTTP: a download behind its gate, never a page."""

import pytest

from hrpark.accounts.models import Authorisation
from hrpark.accounts.samples import cast
from hrpark.files import samples
from hrpark.files.actions import remove
from tests.worlds import world

pytestmark = pytest.mark.django_db


@world
def people(at):
    return cast(at)


@world
def letter(people, at):
    return Authorisation.objects.create(
        organisation=people.qihang,
        person=people.qihang_clerk,
        park=people.huangpu,
        scope="办理入驻",
        valid_from=at.date(),
        received_at=at,
    )


@world
def attachment(people, letter, at):
    return samples.make_attachment(letter, park=people.huangpu, at=at, name='授权"委托书；\u202e.pdf')


def address(attachment) -> str:
    return f"/account/files/{attachment.pk}/"


def test_a_file_comes_as_a_download_in_a_sandbox_that_nobody_caches(client, people, attachment):
    client.force_login(people.qihang_clerk)
    response = client.get(address(attachment))
    assert b"".join(response.streaming_content) == samples.pdf_bytes(
        f'authorisation {attachment.of_id} 授权"委托书；\u202e.pdf'
    )
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''%E6%8E%88%E6%9D%83")
    assert "\u202e" not in response["Content-Disposition"] and "%E2%80%AE" not in response["Content-Disposition"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cache-Control"] == "private, no-store"
    assert int(response["Content-Length"]) == attachment.size


def test_who_may_not_read_it_is_told_what_is_told_of_a_number_that_does_not_exist(client, people, attachment):
    nothing = "/account/files/999999/"
    for person in (people.zhida_representative, people.tianhe_director, people.stranger, people.installer):
        client.force_login(person)
        refused, missing = client.get(address(attachment)), client.get(nothing)
        assert refused.status_code == missing.status_code == 404
        assert "授权" not in refused.content.decode()
    client.logout()
    assert client.get(address(attachment)).status_code == client.get(nothing).status_code == 302


def test_a_number_beyond_all_databases_is_not_found(client, people):
    client.force_login(people.officer)
    assert client.get(f"/account/files/{10**30}/").status_code == 404


def test_a_removed_file_is_gone_and_nothing_is_changed_by_post(client, people, attachment, at):
    client.force_login(people.officer)
    assert client.post(address(attachment)).status_code == 405
    assert client.head(address(attachment)).status_code == 200
    remove(actor=people.officer, at=at, key="r", attachment=attachment, reason="传错")
    assert client.get(address(attachment)).status_code == 404


def test_a_file_that_the_disk_lost_is_told_as_an_accident(client, people, attachment, settings):
    client.force_login(people.officer)
    (settings.UPLOAD_ROOT / attachment.path).unlink()
    response = client.get(address(attachment))
    assert response.status_code == 500 and "备份" in response.content.decode()
