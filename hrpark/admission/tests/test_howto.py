"""docs/howto/add-an-admission-rule.md shows the code as it is, and what it says of a changed rule is true."""

import re
from datetime import date

import pytest
import yaml
from django.conf import settings

from hrpark.admission import rules
from hrpark.admission.rules import RULES, Candidate, Professional, rules_on
from hrpark.standard import kinds
from hrpark.standard.rules import parameters_from
from hrpark.toolbox.registry import Registry

BLOCK = re.compile(r"^ *```(\w+)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def blocks() -> list[tuple[str, str]]:
    text = (settings.BASE / "docs" / "howto" / "add-an-admission-rule.md").read_text(encoding="utf-8")
    return BLOCK.findall(text)


def test_every_block_that_names_a_file_stands_in_that_file(blocks):
    named = [(m.group(1), body.partition("\n")[2]) for kind, body in blocks if (m := re.match(r"# (\S+\.py)\n", body))]
    assert len(named) == 2
    for path, body in named:
        assert body.strip() in (settings.BASE / path).read_text(encoding="utf-8"), path


def test_a_changed_rule_holds_from_its_day_and_old_cases_keep_the_old_one(blocks, monkeypatch):
    fresh = Registry("admission rule")
    for one in RULES:
        fresh.add(one.key, one)
    monkeypatch.setattr(rules, "RULES", fresh)
    monkeypatch.setattr(kinds, "CITATIONS", {})
    (code,) = [body for kind, body in blocks if body.startswith("# run\n")]
    exec(compile(code, "howto", "exec"), {"__name__": "hrpark.admission.rules.professionals"})

    def of(day):
        return next(r for r in rules_on(day) if r.clause == "4.3.1.1-c")

    assert of(date(2026, 12, 31)).key == "professionals.professionals" and of(date(2027, 1, 1)).key.endswith(
        "qualified_professionals"
    )
    one = Candidate(on=date(2027, 3, 1), staff=(Professional(True, True),))
    assert of(date(2026, 12, 31))(one).passed and not of(date(2027, 1, 1))(one).passed


def test_a_changed_number_is_a_line_of_data(blocks):
    (line,) = [yaml.safe_load(body)[0] for kind, body in blocks if kind == "yaml"]
    raw = next(
        p
        for p in yaml.safe_load((settings.BASE / "hrpark/admission/parameters.yaml").read_text())
        if p["key"] == "admission.min_professionals"
    )
    raw["values"].append(line)
    (changed,) = parameters_from([raw], room="admission")
    assert [changed.values.on(day)[0] for day in (date(2026, 12, 31), date(2027, 1, 1))] == [1, 2]
