"""The register of institutions at the desk, in the own door, at the authority: pages, forms, refusals."""

import ast
import html
import re
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from hrpark.accounts import samples
from hrpark.accounts.samples import sample_uscc
from hrpark.files.queries import attachments_of
from hrpark.files.samples import pdf_bytes
from hrpark.institutions.actions import record_fact
from hrpark.institutions.facts import HEADCOUNT
from hrpark.institutions.models import Contact, Credential, CreditCheck, Institution, Licence, Residency, StaffMember
from hrpark.institutions.samples import (
    make_contact,
    make_institution,
    make_residency,
    make_resident,
    make_staff_member,
)
from hrpark.parks.samples import make_space
from hrpark.toolbox.text import is_chinese
from hrpark.trail.kinds import VERBS
from hrpark.trail.queries import timeline
from hrpark.web import clock, dossier
from tests.worlds import world

pytestmark = pytest.mark.django_db
TABS = ("overview", "licences", "staff", "segments", "credentials", "contacts", "credit", "residency", "files", "nonsense")


@pytest.fixture(scope="module")
def now():
    return clock.now()


@world
def cast(now):
    return samples.cast(now)


@world
def qihang(now, cast):
    """启航, resident in A101, with a row of everything."""
    unit = make_space(at=now, park=cast.huangpu, code="A101")
    found = make_resident(
        at=now, park=cast.huangpu, organisation=cast.qihang, unit=unit, segments=("recruitment", "flexible_work")
    )
    make_contact(at=now, institution=found, name="黄佳雯", mobile="13912345678")
    make_staff_member(at=now, institution=found)
    return found


@world
def zhida(now, cast):
    return make_resident(at=now, park=cast.huangpu, organisation=cast.zhida)


@world
def yuecai(now, cast):
    return make_resident(at=now, park=cast.tianhe, organisation=cast.yuecai)


def text_of(response):
    return html.unescape(response.content.decode())


def url(name, park="huangpu", **more):
    return reverse(name, kwargs={"park": park, **more})


def as_(person):
    client = Client()
    client.force_login(person)
    return client


def post(client, path, **data):
    post.count = getattr(post, "count", 0) + 1
    return client.post(path, {"deed_key": f"form-{post.count}", **data})


def cells_of(response):
    book = CalamineWorkbook.from_filelike(BytesIO(response.content))
    return [str(cell) for row in book.get_sheet_by_index(0).to_python() for cell in row]


# ---------------------------------------------------------------- the list


def test_the_list_shows_this_parks_institutions_with_unit_and_permit(cast, qihang, zhida, yuecai):
    shown = text_of(as_(cast.officer).get(url("desk-institutions")))
    assert qihang.name in shown and zhida.name in shown and yuecai.name not in shown
    assert "A101" in shown and qihang.uscc in shown
    assert "13912345678" not in shown


@pytest.mark.parametrize(
    ("asked", "who"),
    [
        ("?status=resident", "qz"), ("?status=left", ""), ("?kind=supporting", ""), ("?segment=recruitment", "q"),
        ("?segment=outsourcing", "q"), ("?segment=training", ""), ("?expiring=1", "z"), ("?expired=1", ""), ("?permitted=0", ""),
        ("?permitted=1", "qz"), ("?q=启航", "q"), ("?since.from=2000-01-01&since.to=2001-01-01", ""), ("?sort=-expires", "qz"), ("?sort=unit", "qz"),
        ("?supporting=law", ""), ("?status=nonsense&segment=bakery", "qz"),
    ],
)  # fmt: skip
def test_the_list_can_be_asked_in_every_way_it_offers(now, cast, qihang, zhida, asked, who):
    Licence.objects.filter(institution=zhida).update(valid_to=clock.today() + timedelta(days=40))
    response = as_(cast.officer).get(url("desk-institutions") + asked)
    assert response.status_code == 200
    body = re.search(r"<tbody.*?</tbody>", text_of(response), re.S)
    shown = body.group(0) if body else ""
    assert (qihang.name in shown, zhida.name in shown) == ("q" in who, "z" in who)


def test_the_export_has_the_rows_that_are_shown_and_is_not_for_everybody(cast, qihang):
    path = url("desk-institutions") + "?cols=uscc,phone,contact"
    response = post(as_(cast.officer), path)
    cells = cells_of(response)
    assert qihang.uscc in cells and "13912345678" in cells
    authority = url("authority-institutions") + "?cols=uscc,phone,contact"
    cells = cells_of(post(as_(cast.supervisor), authority))
    assert "139****5678" in cells and "13912345678" not in cells
    assert post(as_(cast.inspector), authority).status_code == 403


def test_taking_rows_away_is_told_and_opening_the_list_is_not(cast, qihang):
    client = as_(cast.officer)
    client.get(url("desk-institutions") + "?export=xlsx")
    assert not [line for line in timeline("park", cast.huangpu.pk) if line.verb == "sheets.export"]
    for key in ("one", "one", "two"):
        client.post(url("desk-institutions") + "?status=resident&q=启航&cols=phone", {"deed_key": key})
    told = [line for line in timeline("park", cast.huangpu.pk) if line.verb == "sheets.export"]
    assert len(told) == 2 and {line.who for line in told} == {cast.officer.name}
    assert told[0].data == {
        "table": "机构名录", "narrowed": "状态：在驻；搜索：启航", "columns": ["机构名称", "联系电话"], "rows": 1,
    }  # fmt: skip


def test_the_same_key_sent_to_another_address_is_told_again(cast, qihang):
    """A key belongs to one file: it hides no second one."""
    client = as_(cast.officer)
    for query in ("?cols=uscc", "?cols=uscc,phone"):
        client.post(url("desk-institutions") + query, {"deed_key": "same"})
    assert len([line for line in timeline("park", cast.huangpu.pk) if line.verb == "sheets.export"]) == 2


def test_rows_are_not_taken_without_a_key_of_the_page(cast, qihang):
    assert as_(cast.officer).post(url("desk-institutions")).status_code == 422
    assert not [line for line in timeline("park", cast.huangpu.pk) if line.verb == "sheets.export"]


# ---------------------------------------------------------------- the record


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_of_a_dossier_opens_in_every_door(cast, qihang, tab):
    for person, path in (
        (cast.officer, url("desk-institution", pk=qihang.pk)),
        (cast.inspector, url("authority-institution", pk=qihang.pk)),
        (cast.qihang_clerk, url("tenant-dossier", pk=qihang.pk)),
        (cast.qihang_representative, url("tenant-institution")),
    ):
        response = as_(person).get(f"{path}?tab={tab}")
        assert response.status_code == 200
        assert qihang.name in text_of(response)


def test_facts_stand_in_words_with_their_unit(now, cast, qihang):
    with transaction.atomic():
        record_fact(institution=qihang, key=HEADCOUNT, value=1260, on=clock.today(), source="test", at=now)
    shown = text_of(as_(cast.officer).get(url("desk-institution", pk=qihang.pk)))
    assert "从业人员数" in shown and "1,260 人" in shown


def test_an_empty_dossier_opens_too(now, cast):
    bare = make_institution(at=now, park=cast.huangpu, uscc="", legal_form="", founded_on=None, legal_representative="")
    for tab in TABS:
        assert as_(cast.officer).get(f"{url('desk-institution', pk=bare.pk)}?tab={tab}").status_code == 200


def test_numbers_are_clear_for_who_may_edit_and_masked_for_the_authority(cast, qihang):
    path = "?tab=contacts"
    assert "13912345678" in text_of(as_(cast.officer).get(url("desk-institution", pk=qihang.pk) + path))
    assert "13912345678" in text_of(as_(cast.qihang_clerk).get(url("tenant-dossier", pk=qihang.pk) + path))
    shown = text_of(as_(cast.supervisor).get(url("authority-institution", pk=qihang.pk) + path))
    assert "13912345678" not in shown and "139****5678" in shown


def test_what_has_to_be_seen_to_stands_on_top(now, cast, qihang):
    Licence.objects.filter(institution=qihang).update(valid_to=clock.today() + timedelta(days=20))
    shown = text_of(as_(cast.officer).get(url("desk-institution", pk=qihang.pk)))
    assert "下一步 ·" in shown and "还有20天" in shown
    assert "没有登记人力资源服务备案" in shown


def test_others_do_not_find_the_dossier(cast, qihang, yuecai):
    refused = [
        (cast.tianhe_officer, url("desk-institution", pk=qihang.pk)), (cast.officer, url("desk-institution", pk=yuecai.pk)),
        (cast.stranger, url("desk-institution", pk=qihang.pk)), (cast.installer, url("desk-institutions")),
        (cast.qihang_clerk, url("desk-institution", pk=qihang.pk)), (cast.zhida_representative, url("tenant-dossier", pk=qihang.pk)),
        (cast.yuecai_clerk, url("tenant-dossier", pk=qihang.pk)), (cast.inspector, url("tenant-institution")),
        (cast.officer, url("authority-institution", pk=qihang.pk)), (cast.supervisor, url("authority-institution", pk=yuecai.pk)),
        (cast.officer, url("desk-institution", pk=999999)),
    ]  # fmt: skip
    for person, path in refused:
        assert as_(person).get(path).status_code == 404, (person.name, path)
    assert Client().get(url("desk-institution", pk=qihang.pk)).status_code == 302


def test_who_only_reads_changes_nothing(cast, qihang):
    contact = qihang.contacts.get()
    for path in (
        url("tenant-dossier-part-new", pk=qihang.pk, noun="credit"),
        url("tenant-dossier-part", pk=qihang.pk, noun="contacts", row=10**9),
        url("tenant-dossier-deed", pk=qihang.pk, noun="licences", row=qihang.licences.get().pk, deed="verify"),
        url("tenant-dossier-deed", pk=qihang.pk, noun="nonsense", row=1, deed="verify"),
    ):
        assert as_(cast.qihang_clerk).get(path).status_code == 404
    for person in (cast.zhida_representative, cast.yuecai_clerk):
        path = url("tenant-dossier-part", pk=qihang.pk, noun="contacts", row=contact.pk)
        assert post(as_(person), path, name="别人").status_code == 404
    assert Contact.objects.get().name == "黄佳雯"


# ---------------------------------------------------------------- forms


GIVEN = {
    "kind": "agency", "name": "广州新声人力资源有限公司", "uscc": sample_uscc(501), "legal_form": "limited", "registered_capital": "1,000",
    "founded_on": "2019-03-01",
}  # fmt: skip


def test_an_officer_registers_an_institution(cast):
    client = as_(cast.officer)
    assert client.get(url("desk-institution-new")).status_code == 200
    response = post(client, url("desk-institution-new"), **GIVEN)
    made = Institution.objects.get()
    assert response.headers["Location"] == url("desk-institution", pk=made.pk)
    assert (made.name, made.registered_capital, made.uscc) == (GIVEN["name"], 10_000_000, GIVEN["uscc"])


def test_a_double_click_registers_it_once(cast):
    client = as_(cast.officer)
    for _ in range(2):
        client.post(url("desk-institution-new"), {**GIVEN, "deed_key": "the-same"})
    assert Institution.objects.count() == 1


def test_a_failing_check_digit_asks_for_a_reason_and_then_lets_pass(cast):
    client = as_(cast.officer)
    code = sample_uscc(501)
    wrong = {**GIVEN, "uscc": code[:17] + ("0" if code[17] != "0" else "1")}
    assert "uscc_reason" not in text_of(client.get(url("desk-institution-new")))
    asked = post(client, url("desk-institution-new"), **wrong)
    assert asked.status_code == 422
    shown = text_of(asked)
    assert "第18位校验不符" in shown and 'name="uscc_reason"' in shown and GIVEN["name"] in shown
    assert post(client, url("desk-institution-new"), **wrong, uscc_reason="营业执照原件如此").status_code == 302
    made = Institution.objects.get()
    assert made.uscc_reason == "营业执照原件如此"
    assert "营业执照原件如此" in text_of(client.get(url("desk-institution-edit", pk=made.pk)))


def test_a_form_is_sent_only_in_the_name_of_whom_it_was_drawn_for(cast):
    drawn = re.search(r'name="deed_key" value="([^"]+)"', text_of(as_(cast.officer).get(url("desk-institution-new")))).group(1)
    assert drawn.endswith(f".{cast.officer.pk}")
    before = Institution.objects.count()
    other = as_(cast.director).post(url("desk-institution-new"), {**GIVEN, "deed_key": drawn})
    assert other.status_code == 422 and "以另一个账号打开" in text_of(other)
    assert GIVEN["name"] in text_of(other) and Institution.objects.count() == before
    assert as_(cast.officer).post(url("desk-institution-new"), {**GIVEN, "deed_key": drawn}).status_code == 302


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"uscc": "9144"}, "应为18位"), ({"name": ""}, "请填写机构名称"), ({"founded_on": "2199-01-01"}, "不能晚于今天"),
        ({"registered_capital": "一百"}, "应为数字"), ({"kind": "supporting"}, "配套服务的类型"), ({"kind": "bakery"}, ""),
    ],
)  # fmt: skip
def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(cast, over, words):
    response = post(as_(cast.officer), url("desk-institution-new"), **{**GIVEN, **over})
    assert response.status_code == 422
    assert words in text_of(response)
    assert not Institution.objects.exists()


def test_two_officers_at_one_dossier_do_not_overwrite_each_other(cast, qihang):
    client = as_(cast.officer)
    path = url("desk-institution-edit", pk=qihang.pk)
    seen = re.search(r'name="seen" value="([^"]+)"', client.get(path).content.decode()).group(1)
    given = {**GIVEN, "name": qihang.name, "uscc": qihang.uscc}
    assert post(as_(cast.director), path, **given, seen=html.unescape(seen), business_address="甲路 1 号").status_code == 302
    late = post(client, path, **given, seen=html.unescape(seen), business_address="乙路 2 号")
    assert late.status_code == 422 and "已被他人修改" in text_of(late) and "乙路" in text_of(late)
    qihang.refresh_from_db()
    assert qihang.business_address == "甲路 1 号"


NEW_ROWS = [
    ("licences", {"kind": "filing", "number": "440112000777", "valid_from": "2025-01-01"}, Licence),
    ("staff", {"name": "李四", "education": "college", "professional": "on", "since": "2024-05-01"}, StaffMember),
    (
        "credentials",
        {"kind": "rating", "title": "AAA级信用评级", "issuer": "广东省人力资源管理协会", "year": "2025"},
        Credential,
    ),
    ("contacts", {"name": "王五", "mobile": "13700000000"}, Contact),
]


@pytest.mark.parametrize(("noun", "given", "model"), NEW_ROWS)
def test_rows_are_added_and_changed_by_officers_and_by_own_people(cast, qihang, noun, given, model):
    for person, door in ((cast.officer, "desk-institution"), (cast.qihang_clerk, "tenant-dossier")):
        client = as_(person)
        before = model.objects.count()
        path = url(f"{door}-part-new", pk=qihang.pk, noun=noun)
        assert client.get(path).status_code == 200
        mine = {
            k: f"{v}{door[:1]}" if k in ("number", "title") else "王小五" if v == "王五" and person == cast.officer else v
            for k, v in given.items()
        }
        response = post(client, path, **mine)
        assert response.status_code == 302, text_of(response)
        assert model.objects.count() == before + 1
        row = model.objects.latest("pk")
        if hasattr(row, "verified_at"):
            assert (row.verified_at is None) == (person == cast.qihang_clerk)
        edit = url(f"{door}-part", pk=qihang.pk, noun=noun, row=row.pk)
        assert client.get(edit).status_code == 200
        assert post(client, edit, **mine).status_code == 302


def test_an_officer_records_a_credit_check(cast, qihang):
    client = as_(cast.officer)
    path = url("desk-institution-part-new", pk=qihang.pk, noun="credit")
    assert client.get(path).status_code == 200
    bad = post(client, path, source="court", checked_on=str(clock.today()), result="found")
    assert bad.status_code == 422 and "请写明是什么记录" in text_of(bad)
    assert post(client, path, source="court", checked_on=str(clock.today()), result="clear").status_code == 302
    assert CreditCheck.objects.count() == 1


def test_a_scan_comes_with_its_licence_and_a_wrong_file_does_not_lose_it(cast, qihang):
    client = as_(cast.qihang_clerk)
    path = url("tenant-dossier-part-new", pk=qihang.pk, noun="licences")
    scan = SimpleUploadedFile("备案凭证.pdf", pdf_bytes())
    assert post(client, path, kind="filing", number="F1", scan=scan).status_code == 302
    licence = Licence.objects.get(number="F1")
    (kept,) = attachments_of("licence", licence.pk)
    shown = text_of(as_(cast.officer).get(url("desk-institution", pk=qihang.pk) + "?tab=licences"))
    assert "备案凭证.pdf" in shown and "待核验" in shown
    assert as_(cast.officer).get(reverse("account-file", kwargs={"pk": kept.pk})).status_code == 200
    for person in (cast.zhida_representative, cast.tianhe_director, cast.stranger):
        assert as_(person).get(reverse("account-file", kwargs={"pk": kept.pk})).status_code == 404
    fake = SimpleUploadedFile("假的.pdf", b"PK\x03\x04 not a pdf")
    response = client.post(path, {"deed_key": "fake", "kind": "filing", "number": "F2", "scan": fake}, follow=True)
    assert "文件没有保存" in text_of(response)
    assert Licence.objects.filter(number="F2").exists()


def test_verifying_revoking_ending_removing(cast, qihang):
    client, own = as_(cast.officer), as_(cast.qihang_clerk)
    post(own, url("tenant-dossier-part-new", pk=qihang.pk, noun="licences"), kind="filing", number="F1")
    licence, member, contact = Licence.objects.get(number="F1"), StaffMember.objects.get(), Contact.objects.get()
    verify = url("desk-institution-deed", pk=qihang.pk, noun="licences", row=licence.pk, deed="verify")
    assert "F1" in text_of(client.get(verify))
    assert post(client, verify, basis="核对备案凭证原件").status_code == 302
    revoke = url("desk-institution-deed", pk=qihang.pk, noun="licences", row=licence.pk, deed="revoke")
    late = post(client, revoke, on="2199-01-01", reason="注销")
    assert late.status_code == 422 and "不能晚于今天" in text_of(late)
    assert post(client, revoke, on=str(clock.today()), reason="注销").status_code == 302
    end = url("tenant-dossier-deed", pk=qihang.pk, noun="staff", row=member.pk, deed="end")
    assert post(own, end, until=str(clock.today())).status_code == 302
    remove = url("tenant-dossier-deed", pk=qihang.pk, noun="contacts", row=contact.pk, deed="remove")
    assert own.get(remove).status_code == 200
    assert post(own, remove).status_code == 302
    licence.refresh_from_db(), member.refresh_from_db()
    assert licence.verified_at and licence.revoked_on == member.until == clock.today()
    assert not Contact.objects.exists()


def test_segments_are_ticked(cast, qihang):
    for person, door in ((cast.officer, "desk-institution"), (cast.qihang_clerk, "tenant-dossier")):
        client, path = as_(person), url(f"{door}-segments", pk=qihang.pk)
        assert client.get(path).status_code == 200
        assert post(client, path, codes=["training", "flexible_work"], on=str(clock.today())).status_code == 302
    running = qihang.segments.filter(until=None).values_list("code", flat=True)
    assert set(running) == {"training", "flexible_work"}


def test_files_of_a_dossier_come_and_go(cast, qihang):
    client = as_(cast.qihang_clerk)
    scan = SimpleUploadedFile("营业执照.pdf", pdf_bytes())
    assert (
        post(client, url("tenant-dossier-upload", pk=qihang.pk), label="营业执照", scan=scan, personal="on").status_code == 302
    )
    (kept,) = attachments_of("institution", qihang.pk)
    assert as_(cast.inspector).get(reverse("account-file", kwargs={"pk": kept.pk})).status_code == 404
    assert "营业执照.pdf" not in text_of(as_(cast.inspector).get(url("authority-institution", pk=qihang.pk) + "?tab=files"))
    foreign = url("tenant-dossier-file-remove", pk=qihang.pk, file=kept.pk)
    assert as_(cast.zhida_representative).get(foreign).status_code == 404
    assert post(client, foreign, reason="传错文件").status_code == 302
    assert not attachments_of("institution", qihang.pk).exists()


# ---------------------------------------------------------------- coming in, moving, leaving


def test_coming_in_moving_and_leaving(now, cast, qihang):
    client, today = as_(cast.officer), str(clock.today())
    new = make_institution(at=now, park=cast.huangpu)
    b, c = (make_space(at=now, park=cast.huangpu, code=code) for code in ("B1", "C1"))
    begin = url("desk-institution-residency-begin", pk=new.pk)
    offered = text_of(client.get(begin))
    assert "B1" in offered and "A101" not in offered
    assert post(client, begin, starts=today, unit=b.pk, agreed_on=today).status_code == 302
    stay = Residency.objects.get(institution=new)
    move = url("desk-institution-residency-move", pk=new.pk, row=stay.pk)
    assert client.get(move).status_code == 200
    assert post(client, move, unit=c.pk, on=today).status_code == 302
    edit = url("desk-institution-residency-edit", pk=new.pk, row=stay.pk)
    assert client.get(edit).status_code == 200
    assert post(client, edit, agreed_on=today, unit_note="").status_code == 302
    end = url("desk-institution-residency-end", pk=new.pk, row=stay.pk)
    assert client.get(end).status_code == 200
    assert post(client, end, on=today, reason=" ").status_code == 422
    assert post(client, end, on=today, reason="未实际入驻").status_code == 302
    stay.refresh_from_db()
    assert (stay.unit, str(stay.ends)) == (c, today)
    again = post(client, end, on=today, reason="再来一次")
    assert again.status_code == 422 and "无需重复" in text_of(again)


def test_a_unit_that_somebody_took_meanwhile_is_refused_with_their_name(now, cast, qihang):
    client = as_(cast.officer)
    b = make_space(at=now, park=cast.huangpu, code="B1")
    first, second = (make_institution(at=now, park=cast.huangpu) for _ in range(2))
    yesterday = str(clock.today() - timedelta(days=1))
    make_residency(at=now, institution=first, starts=clock.today() - timedelta(days=30), ends=clock.today(), unit=b)
    response = post(client, url("desk-institution-residency-begin", pk=second.pk), starts=yesterday, unit=b.pk)
    assert response.status_code == 422 and first.name in text_of(response)


def test_another_institutions_stay_is_not_found_here(cast, qihang, zhida):
    stay = zhida.residencies.get()
    for name in ("residency-end", "residency-move", "residency-edit"):
        assert as_(cast.officer).get(url(f"desk-institution-{name}", pk=qihang.pk, row=stay.pk)).status_code == 404


def test_pages_read_a_fixed_number_of_times(now, cast, qihang, django_assert_max_num_queries):
    client = as_(cast.officer)
    client.get(url("desk-institutions"))
    for _n in range(12):
        one = make_resident(at=now, park=cast.huangpu, segments=("training",))
        make_contact(at=now, institution=one)
    with django_assert_max_num_queries(12):
        client.get(url("desk-institutions") + "?cols=phone,contact,uscc")
    with django_assert_max_num_queries(26):
        client.get(url("desk-institution", pk=qihang.pk) + "?tab=licences")


def _told_to_institutions() -> set[str]:
    """The words under which deeds tell an institution's timeline something, from the code itself."""
    found = set()
    for path in Path(dossier.__file__).parents[1].rglob("actions/*.py"):
        for call in ast.walk(ast.parse(path.read_text())):
            name = getattr(call.func, "attr", getattr(call.func, "id", "")) if isinstance(call, ast.Call) else ""
            if name not in ("also", "record", "touched") or not call.args:
                continue
            of = ast.unparse(call.args[1] if name == "touched" else call.args[0])
            if name == "touched" or of.endswith("institution"):
                found |= {k.arg for k in call.keywords if k.arg and k.arg != "park"}
    return found


def test_every_deed_and_everything_a_timeline_tells_of_it_has_words():
    """A new verb, a new changed field or a new word in a payload without Chinese fails here, not before a reader."""
    assert [v.name for v in VERBS if not any(map(is_chinese, v.sentence))] == []
    labels = {**dossier._LABELS, **dossier._WORDS}
    assert [key for key, word in labels.items() if not any(map(is_chinese, word))] == []
    told = _told_to_institutions()
    assert len(told) > 8 and told - {key for key, _ in dossier._SAID} - dossier.UNSAID == set()
