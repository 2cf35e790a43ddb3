"""docs/howto/add-a-kind-of-request.md shows the code as it is, and one file is all that a new kind takes."""

import re
import sys
import types

import pytest
from django.conf import settings

from hrpark.accounts import samples as accounts
from hrpark.cases.kinds import KINDS
from hrpark.cases.models import Case
from hrpark.web import clock

pytestmark = pytest.mark.django_db
BLOCK = re.compile(r"^ *```(\w+)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def blocks() -> list[str]:
    text = (settings.BASE / "docs" / "howto" / "add-a-kind-of-request.md").read_text(encoding="utf-8")
    return [body for _, body in BLOCK.findall(text)]


@pytest.fixture
def visit_pass(blocks):
    """The kind of the how-to, run as it stands and taken away again."""
    (code,) = [body for body in blocks if body.startswith("# run\n")]
    module = types.ModuleType("hrpark.cases.case_types.visit_pass")
    sys.modules[module.__name__] = module
    exec(compile(code, "howto", "exec"), module.__dict__)
    yield KINDS.get("visit_pass")
    del sys.modules[module.__name__], KINDS._things["visit_pass"]


def test_every_block_that_names_a_file_stands_in_that_file(blocks):
    named = [(m.group(1), body.partition("\n")[2]) for body in blocks if (m := re.match(r"# (\S+\.py)\n", body))]
    assert len(named) == 1
    for path, body in named:
        assert body.rstrip() in (settings.BASE / path).read_text(encoding="utf-8"), path


def test_one_file_is_all_that_a_new_kind_takes(visit_pass, client, at, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: at)
    monkeypatch.setattr(clock, "today", lambda: at.date())
    cast = accounts.cast(at)
    client.force_login(cast.qihang_clerk)
    assert "来访登记" in client.get("/tenant/huangpu/cases/new/").content.decode()
    typed = {"purpose": "visit", "what": "客户三人参观展厅", "phone": "13800001111", "deed_key": "one"}
    refused = client.post("/tenant/huangpu/cases/new/visit_pass/", {**typed, "with_car": "on"})
    assert refused.status_code == 422 and "请填写“车牌号”" in refused.content.decode()
    done = client.post("/tenant/huangpu/cases/new/visit_pass/", {**typed, "deed_key": "two"})
    case = Case.objects.get()
    assert done.url == f"/tenant/huangpu/cases/{case.pk}/" and (case.number, case.title) == ("LF2026-0001", "客户三人参观展厅")
    client.force_login(cast.officer)
    assert "客户三人参观展厅" in client.get("/desk/huangpu/cases/?kind=visit_pass").content.decode()
    closed = {"note": "已安排车位。", "outcome": "granted", "seen": "1", "deed_key": "three"}
    assert client.post(f"/desk/huangpu/cases/{case.pk}/close/", closed).status_code == 302
    assert "已办结：已安排" in client.get(f"/desk/huangpu/cases/{case.pk}/").content.decode()
    assert "来访登记" in client.get("/desk/huangpu/items/").content.decode()
    client.force_login(cast.inspector)
    assert "来访登记" in client.get("/authority/huangpu/cases/figures/").content.decode()
