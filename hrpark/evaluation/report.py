"""The report of a finished round, made of nothing but what was frozen: as data for the typeset PDF, and as a workbook.

First the result on one page; then every row with the three sources, its figures with their basis, the reasons, the evidence;
then the scheme with all its weights, which are ours or the authority's and never the standard's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from hrpark.sheets.writing import Column, Sheet, workbook

from .rules import scheme as scheme_rules
from .rules.basis import Basis
from .rules.growth import growth
from .rules.scores import number, plain

NOT_OURS = "本标准（征求意见稿）表1只列指标，未规定权重、目标值和计分方法；以下权重、方法和等次均出自评价方案，不是标准的规定。"
HOW = (
    "各级得分均为百分制，四舍五入到两位小数，再用印出的得分逐级加权；缺少数据或回答的项目不计零分，其权重由同级其余项目按比例分担。"
    "未核定的行不参与计分，其权重先由同一一级指标内的其余行分担。运营单位自评得分高于主管部门评估得分的，按后者计入。"
)


def shown(value: str | Decimal | None, bound: str = "exact") -> str | None:
    """A frozen number as it is printed: thousands separated, two decimals at most; a lower bound says that it is one."""
    if value is None:
        return None
    rounded = Decimal(value).quantize(Decimal("0.01"), ROUND_HALF_UP)
    text = f"{rounded:,f}".rstrip("0").rstrip(".")
    return f"不少于 {text}" if bound == "at_least" else text


def signed_percent(ratio: Decimal | None) -> str | None:
    if ratio is None:
        return None
    percent = (ratio * 100).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f"{'+' if percent > 0 else '−' if percent < 0 else ''}{abs(percent)}%"


@dataclass(frozen=True)
class Figure:
    """One measure of a finished round, in words for print: the standing value and the three beside it."""

    key: str
    label: str
    unit: str
    value: str | None
    basis: str
    why: str
    computed: str | None
    declared: str | None
    verified: str | None
    change: str | None
    score: str | None
    how: str


@dataclass(frozen=True)
class Line:
    """One row of Table 1 in a finished round, in words for print."""

    key: str
    level1: str
    level2: str
    label: str
    weight: str
    effective: str
    residents: str | None
    answers: int
    operator: str | None
    authority: str | None
    score: str | None
    points: str | None
    verdict: str
    reason: str
    note: str
    figures: tuple[Figure, ...]
    evidence: tuple[str, ...]


def lines_of(inputs: Mapping, result: Mapping) -> tuple[Line, ...]:
    """Every row that the scheme scores, in the order of Table 1."""
    edition = {row["key"]: row for row in inputs["edition"]["rows"]}
    body = inputs["scheme"]["body"]
    return tuple(
        _line(edition[key], row, inputs, result["rows"][key])
        for key, row in scheme_rules.rows_of(body).items()
        if scheme_rules.weighs(row)
    )


def _line(row: Mapping, scheme_row: Mapping, inputs: Mapping, scored: Mapping) -> Line:
    assessed, mine = inputs["assessment"].get(row["key"], {}), inputs["self"].get(row["key"], {})
    verdict = {"accept": "认可", "adjust": "调整"}.get(assessed.get("verdict", ""), "未评估")
    if verdict == "认可" and scored["authority"] is None:
        verdict = "确认未核定"
    return Line(
        row["key"], row["level1"], row["level2"], row["label"], scored["weight"], scored["effective_weight"], scored["residents"],
        scored["answers"], scored["operator"], scored["authority"], scored["score"], scored["points"], verdict,
        assessed.get("reason", ""), mine.get("note", ""),
        tuple(_figure(m, scheme_row, inputs, scored) for m in row["measures"]),
        tuple(e["name"] for e in inputs["evidence"].get(row["key"], ())),
    )  # fmt: skip


def _figure(measure: Mapping, scheme_row: Mapping, inputs: Mapping, scored: Mapping) -> Figure:
    reading = inputs["readings"][measure["key"]]
    now, before, declared = reading["now"], reading["previous"], reading["now"]["declared"]
    part = scored["measures"].get(measure["key"], {})
    change = None if measure["unit"] == "%" else signed_percent(growth(_exact(now), _exact(before)))
    return Figure(
        measure["key"], measure["label"], measure["unit"], shown(now["value"], now["bound"]), Basis(now["basis"]).label,
        now["why"], shown(now["computed"]), declared and shown(declared["value"], declared["bound"]),
        declared and declared["verified"] and shown(declared["verified_value"], declared["verified_bound"]) or None,
        change, part.get("score"), part.get("why", "本方案不计分，仅列示"),
    )  # fmt: skip


def _exact(reading: Mapping | None) -> Decimal | None:
    if not reading or reading["value"] is None or reading["bound"] != "exact":
        return None
    return Decimal(reading["value"])


def scheme_lines(inputs: Mapping) -> Iterator[tuple[str, str, str, str, str]]:
    """Row, weight, who judges it, measure, how it is scored: the whole scheme, to be printed."""
    body = inputs["scheme"]["body"]
    labels = {m["key"]: m["label"] for r in inputs["edition"]["rows"] for m in r["measures"]}
    for key, row in scheme_rules.rows_of(body).items():
        judges = "、".join(scheme_rules.LEVEL_LABELS[level] for level in scheme_rules.LEVELS if level in row["judges"])
        for measure, method, params in scheme_rules.measures_of(row):
            share = f"{labels[measure]}（行内权重 {plain(number(params, 'weight'))}）"
            yield key, plain(number(row, "weight")), judges, share, f"{method.label}：{method.says(params)}"


def levels_line(inputs: Mapping) -> str:
    weights = inputs["scheme"]["body"]["levels"]
    named = "、".join(f"{scheme_rules.LEVEL_LABELS[name]} {weights[name]}%" for name in scheme_rules.LEVELS)
    return f"三级共同评价的行按{named}汇总；只由其中两级或一级评价的行，按相同比例折算。"


def grades_line(inputs: Mapping) -> str:
    return "；".join(f"{g['label']} {g['from']} 分起" for g in inputs["scheme"]["body"]["grades"])


def scheme_line(inputs: Mapping) -> str:
    scheme = inputs["scheme"]
    return f"评价方案：{scheme['name']}（{scheme['key']} 第{scheme['version']}版）。{scheme['basis']}"


def headline(inputs: Mapping, result: Mapping) -> str:
    scored = sum(1 for row in result["rows"].values() if row["score"] is not None)
    text = (
        f"综合得分 {result['total'] or '—'} 分，等次：{result['grade'] or '—'}；{len(result['rows'])} 行指标中 {scored} 行计分"
    )
    left = len(result["rows"]) - scored
    text += f"，{left} 行未核定，不计分。" if left else "。"
    return text + (f"触发一票否决：{'、'.join(result['vetoes'])}。" if result["vetoes"] else "")


def report_data(inputs: Mapping, result: Mapping, *, issuer: str, digests: tuple[str, str]) -> dict[str, Any]:
    """What documents/templates/report.typ sets: cover, one page of result, the rows, the scheme as appendix."""
    lines = lines_of(inputs, result)
    year, as_of = inputs["round"]["year"], inputs["round"]["as_of"]
    return {
        "title": f"{inputs['round']['name']}报告", "subtitle": "人力资源服务产业园三级评价", "park": inputs["round"]["park_name"],
        "period": f"{year}年度，数据截至{as_of}", "issuer": issuer,
        "result": {
            "headline": headline(inputs, result),
            "text": [
                levels_line(inputs),
                f"进驻单位 {inputs['residents']} 家中 {inputs['took_part']} 家作答；某一行作答不足 {inputs['min_answers']} 份的，"
                "该行不计进驻单位评价。",
            ],
            "figures": [
                {
                    "label": scheme_rules.LEVEL_LABELS[name], "value": result["levels"][name], "unit": "分", "period": f"{year}年度",
                    "basis": "按本级所评各行加权",
                }
                for name in scheme_rules.LEVELS
            ],
            "bars": {
                "title": "各一级指标得分", "unit": "分",
                "bars": [
                    {"label": name, "value": group["score"] and Decimal(group["score"]), "text": group["score"]}
                    for name, group in _groups(inputs, result)
                ] + [{"label": "综合", "value": result["total"] and Decimal(result["total"]), "text": result["total"], "strong": True}],
            },
            "basis": f"依据：{inputs['edition']['title']}（{inputs['edition']['number']}）第7章、表1。{NOT_OURS}",
        },
        "sections": [_scores_section(lines, result), *_row_sections(lines)],
        "appendix": _appendix(inputs, digests),
    }  # fmt: skip


def _groups(inputs: Mapping, result: Mapping) -> list[tuple[str, Mapping]]:
    """Level-1 groups in the order of the paper."""
    order = list(dict.fromkeys(row["level1"] for row in inputs["edition"]["rows"]))
    return [(name, result["groups"][name]) for name in order if name in result["groups"]]


def _scores_section(lines: tuple[Line, ...], result: Mapping) -> dict:
    rows: list[Any] = [
        [line.key, line.label, line.residents, line.operator, line.authority, line.score, line.effective, line.points]
        for line in lines
    ]
    rows.append({"cells": ["合计", "　", None, None, None, result["total"], "100", result["total"]], "strong": True})
    right = [
        {"label": label, "align": "right", "width": 2}
        for label in ("进驻单位", "运营自评", "主管部门", "行得分", "实际权重", "计入")
    ]
    return {
        "title": "一、逐行得分",
        "table": {
            "columns": [{"label": "行", "width": 2}, {"label": "指标", "width": 5}, *right], "rows": rows,
            "note": "“—”表示没有这一来源或未核定，不按零计。“计入”为行得分乘以实际权重；合计按未舍入的权重计算，与逐行相加可有尾差。",
        },
    }  # fmt: skip


def _row_sections(lines: tuple[Line, ...]) -> Iterator[dict]:
    """A part for each level-1 group: every row with its figures, reasons and evidence."""
    numerals = "二三四五六七八九"
    for n, group in enumerate(dict.fromkeys(line.level1 for line in lines)):
        parts = [_row_part(line) for line in lines if line.level1 == group]
        yield {"title": f"{numerals[n % len(numerals)]}、{group}", "parts": parts}


def _row_part(line: Line) -> dict:
    text = [f"主管部门{line.verdict}" + (f"，理由：{line.reason}" if line.reason else "") + "。"]
    if line.note:
        text.append(f"运营单位说明：{line.note}")
    text.append("佐证材料：" + ("、".join(line.evidence) if line.evidence else "—"))
    heads = (("指标", 3, "left"), ("数值", 2, "right"), ("同比", 2, "right"), ("依据", 2, "left"), ("申报", 2, "right"),
             ("系统计算", 2, "right"), ("核定", 2, "right"), ("得分", 2, "right"))  # fmt: skip
    return {
        "title": f"{line.key}　{line.label}",
        "text": text,
        "table": {
            "columns": [{"label": label, "width": width, "align": align} for label, width, align in heads],
            "rows": [
                [f"{f.label}（{f.unit}）", f.value, f.change, f.basis, f.declared, f.computed, f.verified, f.score] for f in line.figures
            ],
            "note": "；".join(f"{f.label}：{f.why}" + (f"；{f.how}" if f.how else "") for f in line.figures) + f"。条款：第7章 表1 {line.key}。",
        },
    }  # fmt: skip


def _appendix(inputs: Mapping, digests: tuple[str, str]) -> list[dict]:
    columns = [{"label": "行", "width": 2}, {"label": "权重", "width": 2, "align": "right"}, {"label": "评价主体", "width": 4},
               {"label": "指标", "width": 4}, {"label": "计分方法", "width": 7}]  # fmt: skip
    vetoes = [f"{v['label']}：{'认定存在，' + v['reason'] if v['found'] else '未认定'}" for v in inputs["vetoes"]]
    return [
        {
            "title": "评价方案", "text": [NOT_OURS, scheme_line(inputs), f"等次：{grades_line(inputs)}。"],
            "table": {"columns": columns, "rows": [list(line) for line in scheme_lines(inputs)]},
        },
        {"title": "计分规则", "text": [HOW, levels_line(inputs)]},
        {"title": "一票否决事项", "text": vetoes or ["本方案没有设定否决事项。"]},
        {
            "title": "可复核性",
            "text": [
                "本结果由定稿时冻结的全部输入计算得出，可随时按同样的输入重新计算。",
                f"输入摘要 SHA-256：{digests[0]}", f"结果摘要 SHA-256：{digests[1]}",
            ],
        },
    ]  # fmt: skip


def report_workbook(inputs: Mapping, result: Mapping, *, digests: tuple[str, str]) -> bytes:
    """The same as a workbook: scores, figures, scheme; numbers as numbers."""
    lines = lines_of(inputs, result)
    park, name = inputs["round"]["park_name"], inputs["round"]["name"]
    about = (f"{park}　{name}　数据截至{inputs['round']['as_of']}", headline(inputs, result))
    scores = Sheet(
        "逐行得分",
        [
            Column("行"), Column("一级指标"), Column("二级指标"), Column("指标", width=30), Column("进驻单位评价", "number"),
            Column("作答份数", "integer"), Column("运营单位自评", "number"), Column("主管部门评估", "number"), Column("行得分", "number"),
            Column("方案权重", "number"), Column("实际权重", "number"), Column("计入总分", "number"), Column("评估意见"),
            Column("理由", width=40), Column("运营单位说明", width=40), Column("佐证材料", width=40),
        ],
        [
            [
                x.key, x.level1, x.level2, x.label, _number(x.residents), x.answers, _number(x.operator), _number(x.authority),
                _number(x.score), _number(x.weight), _number(x.effective), _number(x.points), x.verdict, x.reason, x.note,
                "、".join(x.evidence),
            ]
            for x in lines
        ],
        about,
    )  # fmt: skip
    figures = Sheet(
        "数据与依据",
        [
            Column("行"), Column("指标编码", width=26), Column("指标", width=26), Column("单位"), Column("采用值"), Column("依据"),
            Column("申报"), Column("系统计算"), Column("核定"), Column("同比"), Column("得分", "number"), Column("说明", width=50),
            Column("计分", width=50),
        ],
        [
            [x.key, f.key, f.label, f.unit, f.value, f.basis, f.declared, f.computed, f.verified, f.change, _number(f.score), f.why, f.how]
            for x in lines
            for f in x.figures
        ],
        about,
    )  # fmt: skip
    scheme = Sheet(
        "评价方案",
        [Column("行"), Column("权重", "number"), Column("评价主体", width=36), Column("指标", width=36), Column("计分方法", width=70)],
        [[key, _number(weight), judges, measure, how] for key, weight, judges, measure, how in scheme_lines(inputs)],
        (NOT_OURS, scheme_line(inputs), levels_line(inputs), f"等次：{grades_line(inputs)}。", HOW, f"输入摘要 {digests[0]}", f"结果摘要 {digests[1]}"),
    )  # fmt: skip
    return workbook(scores, figures, scheme)


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
