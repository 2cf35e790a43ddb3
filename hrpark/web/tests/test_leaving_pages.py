"""My personal data, erasing on a written request, closing accounts: as people meet them."""

import io
import json
import zipfile

import pytest
from django.urls import reverse

from hrpark.accounts import samples
from hrpark.accounts.actions import end_role
from hrpark.accounts.models import Erasure, Membership, Person
from hrpark.cases.samples import DATA, make_case
from hrpark.web import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return samples.cast(clock.now())


@pytest.fixture
def send(client):
    def send(person, page, *, follow=False, url=None, **fields):
        client.force_login(person)
        fields = {"deed_key": f"k-{page}", **fields}
        return client.post(reverse(page, kwargs=url), fields, follow=follow)

    return send


def leave(person):
    for role in Membership.objects.filter(person=person, until=None):
        end_role(actor=person, at=clock.now(), key=f"leave:{role.pk}", membership=role, on=clock.today(), reason="离职")


def test_the_page_says_what_is_kept_and_what_stands_in_the_way(client, cast):
    client.force_login(cast.qihang_clerk)
    page = client.get(reverse("account-data")).content.decode()
    assert "账号仍有角色" in page and reverse("account-data-erase") not in page and reverse("account-data-copy") in page
    assert "现在还不能删除" in client.get(reverse("account-data-erase")).content.decode()


def test_a_copy_comes_after_the_password_as_one_file(send, cast):
    make_case(kind="general", park=cast.huangpu, applicant=cast.qihang_clerk, at=clock.now(), data=DATA["general"])
    assert "密码不正确" in send(cast.qihang_clerk, "account-data-copy", password_current="wrong").content.decode()
    taken = send(cast.qihang_clerk, "account-data-copy", password_current=samples.PASSWORD)
    told = json.loads(zipfile.ZipFile(io.BytesIO(taken.content)).read("个人信息.json"))
    assert taken["Cache-Control"] == "no-store" and told["账号"][0]["手机号"] == cast.qihang_clerk.mobile and told["办件"]


def test_who_erases_themself_is_signed_out_and_can_not_come_back(send, client, cast):
    leave(cast.qihang_clerk)
    mobile = cast.qihang_clerk.mobile
    assert "密码不正确" in send(cast.qihang_clerk, "account-data-erase", password_current="no", sure="on").content.decode()
    gone = send(cast.qihang_clerk, "account-data-erase", follow=True, password_current=samples.PASSWORD, sure="on")
    assert "账号已注销" in gone.content.decode() and gone.redirect_chain[-1][0] == reverse("account-login")
    again = client.post(reverse("account-login"), {"key": mobile, "password": samples.PASSWORD, "deed_key": "l"})
    assert again.status_code == 422 and not Person.objects.filter(mobile=mobile).exists()


def test_the_director_erases_on_a_written_request(send, client, cast):
    role = Membership.objects.get(person=cast.qihang_clerk)
    leave(cast.qihang_clerk)
    url = {"park": "huangpu", "pk": role.pk}
    given = {"basis": "2026年3月2日书面申请，核对身份证原件", "sure": "on"}
    assert send(cast.officer, "desk-person-erase", url=url, **given).status_code == 403
    page = send(cast.director, "desk-person-erase", url=url, follow=True, **given).content.decode()
    assert f"已注销用户{cast.qihang_clerk.pk}" in page and "周启明" not in page and Erasure.objects.get().by == "officer"


def test_who_installs_closes_an_account_and_opens_it_again(send, cast):
    person = cast.stranger
    given = {"key": person.mobile, "name": person.name, "reason": "单位来函"}
    wrong = send(cast.installer, "account-close", **{**given, "name": "别人"}, what="close")
    assert wrong.status_code == 422 and "单位来函" in wrong.content.decode()
    assert "账号已停用" in send(cast.installer, "account-close", follow=True, what="close", **given).content.decode()
    assert not Person.objects.get(pk=person.pk).is_active
    send(cast.installer, "account-close", what="reopen", **{**given, "deed_key": "again"})
    assert Person.objects.get(pk=person.pk).is_active
