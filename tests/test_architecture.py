"""The house's contracts, each with a planted violation that it must catch."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

ROOT = Path(__file__).resolve().parent.parent
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
WRITES = {"save", "create", "update", "delete", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}


def lint(folder: Path, contract: str) -> subprocess.CompletedProcess:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache", "--no-logo", "--contract", contract]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, env={"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin"}
    )


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """The packages alone, to plant violations in."""
    folder = tmp_path_factory.mktemp("house")
    for name in ("hrpark", "config"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "templates", "migrations"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


PLANTED = {
    "floors": ("hrpark/parks/queries.py", "from hrpark.institutions import models as planted"),
    "inside": ("hrpark/trail/queries.py", "from hrpark.trail import actions as planted"),
    "pure": ("hrpark/toolbox/dated.py", "import django.db"),
    "one-file": ("hrpark/evaluation/indicators/planted.py", None),
    "doors": ("hrpark/web/desk/planted.py", "from hrpark.web.portal import urls as planted"),
    "settings": ("hrpark/accounts/queries.py", "from config import settings as planted"),
}


def test_every_contract_has_a_planted_violation():
    assert set(PLANTED) == {c["id"] for c in CONTRACTS}


def test_the_house_keeps_all_its_contracts(copy):
    for contract in CONTRACTS:
        result = lint(copy, contract["id"])
        assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("contract", sorted(PLANTED))
def test_a_planted_violation_is_caught(copy, contract):
    path, line = PLANTED[contract]
    if line is None:
        sibling = next(
            p for p in sorted((copy / "hrpark/evaluation/indicators").glob("*.py")) if p.stem not in ("__init__", "planted")
        )
        line = f"from hrpark.evaluation.indicators import {sibling.stem} as planted"
    file = copy / path
    before = file.read_text() if file.exists() else None
    file.write_text((before or "") + f"\n{line}  # noqa\n")
    try:
        assert lint(copy, contract).returncode == 1, f"{contract} did not see: {line}"
    finally:
        file.write_text(before) if before is not None else file.unlink()


# --- what imports cannot show ------------------------------------------------------------------------------------------


def floors() -> dict[str, int]:
    """Room → number of its floor, 0 on top, from the contract itself."""
    layers = next(c for c in CONTRACTS if c["id"] == "floors")["layers"]
    return {room.strip(" ()"): level for level, line in enumerate(layers) for room in line.split("|")}


def relations(rooms: dict[str, int]):
    for model in apps.get_models():
        if model._meta.app_label in rooms:
            for field in model._meta.get_fields():
                if (
                    isinstance(field, models.ForeignKey | models.OneToOneField | models.ManyToManyField)
                    and not field.auto_created
                ):
                    yield model, field, field.related_model


def wrong_relations(rooms: dict[str, int], found) -> list[str]:
    wrong = []
    for model, field, target in found:
        here, there = model._meta.app_label, target._meta.app_label
        if there in rooms and here != there and rooms[there] <= rooms[here]:
            wrong.append(f"{model._meta.label}.{field.name} points up or aside to {target._meta.label}")
    return wrong


def test_no_table_points_to_a_higher_or_sibling_floor():
    rooms = floors()
    assert wrong_relations(rooms, relations(rooms)) == []


def test_a_planted_relation_upwards_is_caught():
    rooms = floors()
    entry, institution = apps.get_model("trail.Entry"), apps.get_model("institutions.Institution")
    field = institution._meta.get_field("park")
    assert wrong_relations(rooms, [(entry, field, institution)])


def test_the_trail_has_no_foreign_key_at_all():
    assert [f for m, f, _ in relations({"trail": 0}) if m._meta.app_label == "trail"] == []


#: Receivers of ``.update(`` that are no tables: dictionaries and digests.
DICTIONARIES = {"digest", "globals", "filters", "tests", "headers", "attrs", "context", "options", "params", "query"}


def writes_in(tree: ast.AST) -> list[int]:
    """Lines on which a door writes by itself. ``Form.save`` has no place in a door either: views call one verb."""
    lines = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES:
            receiver = node.func.value
            name = getattr(receiver, "attr", getattr(receiver, "id", ""))
            if not (node.func.attr == "update" and name in DICTIONARIES):
                lines.append(node.lineno)
    return lines


def test_the_doors_write_nothing_by_themselves():
    wrong = []
    for door in ("web", "api"):
        for path in sorted((ROOT / "hrpark" / door).rglob("*.py")):
            if "tests" not in path.parts:
                wrong += [f"{path.relative_to(ROOT)}:{line}" for line in writes_in(ast.parse(path.read_text()))]
    assert wrong == []


def test_a_planted_write_is_caught():
    assert writes_in(ast.parse("def view(request):\n    Park.objects.create(name='x')")) == [2]


def test_rooms_have_no_drawer_for_everything():
    banned = {"utils.py", "helpers.py", "services.py", "common", "core", "signals.py"}
    assert [p for p in (ROOT / "hrpark").rglob("*") if p.name in banned] == []


def test_every_room_is_installed_and_every_installed_room_has_a_floor(settings):
    folders = {p.name for p in (ROOT / "hrpark").iterdir() if p.is_dir() and not p.name.startswith("_")} - {"toolbox"}
    assert set(settings.ROOMS) == folders
    assert folders <= set(floors())
