"""Finding the table in a grid of cells: titles above it, a heading of one or several rows, the rows, the footer.

Row numbers are those that the person sees in Excel (from 1), so that every message can name the place.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from hrpark.toolbox.text import match_key, tidy

from .notes import Note

Cell = str | int | float | bool | date | datetime | time | timedelta | None
Merge = tuple[tuple[int, int], tuple[int, int]]

#: A heading is looked for in the first rows only, and has at most so many rows.
_LOOK_AT, _HEADING_ROWS = 30, 4
_TOTAL = re.compile(r"(本页|本月|本年)?(合计|总计|小计|共计|累计)(数|金额|人数)?[:：]?")
_CLOSING = re.compile(
    r"(制表|填表|审核|复核|填报|负责|经办|联系)(人|单位|日期|时间)?(签字|签章)?[:：]|(注|备注|说明|填表说明|填报说明)[:：1１]"
)
#: 填报日期：2026年1月: a label with its value is a line of the title, not a heading.
_LABELLED = re.compile(r"[:：].")
_NUMERIC = re.compile(r"[-+]?[\d,.%\s()-]+")


@dataclass(frozen=True)
class TableRow:
    """A row as it stands in the file. ``fault`` says why it cannot be trusted at all (its cells are shifted)."""

    number: int
    cells: tuple[Cell, ...]
    fault: str = ""


@dataclass(frozen=True)
class Skipped:
    number: int
    why: str


@dataclass(frozen=True)
class Table:
    header: tuple[str, ...]
    header_rows: tuple[int, ...]
    rows: tuple[TableRow, ...]
    skipped: tuple[Skipped, ...]
    notes: tuple[Note, ...]


def blank(cell: Cell) -> bool:
    if not isinstance(cell, str):
        return cell is None
    bare = cell.strip()
    return not bare or not (bare[0].isprintable() or tidy(bare))


def column_name(index: int) -> str:
    """0 → A, 26 → AA: as Excel names columns."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


def find_table(
    grid: Sequence[Sequence[Cell]], *, merges: Sequence[Merge] = (), words: Collection[str] = (),
    header_row: int | None = None, shifts: bool = False,
) -> Table | None:  # fmt: skip
    """The table in a grid, or None when the grid is empty.

    ``words``: heading words that would be welcome, as ``match_key`` writes them. ``header_row``: the row (from 1) that the
    person said is the heading. ``shifts``: a row longer than the heading has shifted cells (text files).
    """
    grid = [list(row) for row in grid]
    filled = _fill_merged(grid, merges)
    first = header_row - 1 if header_row else _heading(grid, merges, words)
    if first is None or not 0 <= first < len(grid):
        return None
    last = _heading_end(grid, merges, first)
    header = _flatten(grid, merges, first, last)
    body = grid[last + 1 :]
    width = _width(header, body)
    names = _named(header, width)
    rows, dropped = _rows(body, last + 2, width, [n.rsplit("/", 1)[-1] for n in names], shifts)
    titles = [Skipped(n + 1, "title") for n in range(first) if any(not blank(c) for c in grid[n])]

    notes: list[Note] = []
    merged = sum(row > last for row in filled)
    if merged:
        notes.append(Note("merged", f"合并的单元格已按所在区域补齐（{merged}格）。"))
    footers = [s.number for s in dropped if s.why == "footer"]
    if footers:
        notes.append(Note("footer", f"第{'、'.join(map(str, footers[:8]))}行是合计或落款，不作为数据。"))
    shifted = [r.number for r in rows if r.fault]
    if shifted:
        text = f"有{len(shifted)}行的格数多于表头（如第{shifted[0]}行），内容里可能有未加引号的分隔符，这些行不会导入。"
        notes.append(Note("shifted", text, True))
    return Table(tuple(names), tuple(range(first + 1, last + 2)), tuple(rows), (*titles, *dropped), tuple(notes))


def _fill_merged(grid: list[list[Cell]], merges: Sequence[Merge]) -> list[int]:
    """Every cell of a merged area says what its first one says; returns the row of each cell that was filled."""
    filled = []
    for (top, left), (bottom, right) in merges:
        if top >= len(grid) or left >= len(grid[top]) or blank(grid[top][left]):
            continue
        for row in range(top, min(bottom, len(grid) - 1) + 1):
            for column in range(left, min(right, len(grid[row]) - 1) + 1):
                if blank(grid[row][column]):
                    grid[row][column] = grid[top][left]
                    filled.append(row)
    return filled


def _texts(row: Sequence[Cell]) -> list[str]:
    return [tidy(c) for c in row if isinstance(c, str) and tidy(c)]


def _heading(grid: Sequence[Sequence[Cell]], merges: Sequence[Merge], words: Collection[str]) -> int | None:
    """The first row of the heading: the one that speaks most of the welcome words; else the first that looks like one."""
    looked = [i for i in range(min(_LOOK_AT, len(grid))) if any(not blank(c) for c in grid[i])]
    if not looked:
        return None
    if words:
        scores = {i: _score(grid, merges, i, words) for i in looked}
        best = max(scores.values())
        if best >= 2 or (best == 1 and max(len(_texts(grid[i])) for i in looked) == 1):
            return next(i for i in looked if scores[i] == best)
    counts = Counter(n for row in grid[:200] if (n := sum(not blank(c) for c in row)) >= 2)
    width = max(counts, key=lambda n: (counts[n], n)) if counts else 1
    for i in looked:
        texts, held = _texts(grid[i]), sum(not blank(c) for c in grid[i])
        numbers = held - len(texts) + sum(_NUMERIC.fullmatch(t) is not None for t in texts)
        if (
            held >= max(min(2, width), width * 0.5)
            and (len(set(texts)) >= min(3, width) or len(set(texts)) * 2 > held)
            and numbers * 3 <= held
            and sum(_LABELLED.search(t) is not None for t in texts) * 2 < held
            and not any(len(t) > 60 for t in texts)
        ):
            return i
    return looked[0]


def _score(grid: Sequence[Sequence[Cell]], merges: Sequence[Merge], row: int, words: Collection[str]) -> int:
    names = _flatten(grid, merges, row, _heading_end(grid, merges, row))
    hits = set()
    for name in names:
        for variant in heading_variants(name):
            if variant in words:
                hits.add(variant)
                break
    return len(hits)


def heading_variants(name: str) -> list[str]:
    """The forms in which a flattened heading may be known, best first: whole path, without remarks, its last part."""
    bare = re.sub(r"[（(\[【].*?[)）\]】]|必填|选填|[*＊]", "", name)
    forms = [name, bare, name.rsplit("/", 1)[-1], bare.rsplit("/", 1)[-1]]
    return list(dict.fromkeys(key for form in forms if (key := match_key(form))))


def _heading_end(grid: Sequence[Sequence[Cell]], merges: Sequence[Merge], first: int) -> int:
    """The last row of a heading that begins at ``first``."""
    last = first
    while last < min(first + _HEADING_ROWS - 1, len(grid) - 1):
        below = grid[last + 2] if last + 2 < len(grid) else ()
        here = [merge for merge in merges if first <= merge[0][0] <= last <= merge[1][0]]
        reaches_down = any(bottom > last for _, (bottom, _) in here) and _is_text(grid[last + 1])
        if reaches_down or _is_parts_row(grid, here, last) or _is_lower_row(grid[last], grid[last + 1], below):
            last += 1
        else:
            break
    return last


def _is_parts_row(grid: Sequence[Sequence[Cell]], here: Sequence[Merge], row: int) -> bool:
    """The row under ``row`` names the parts of groups that are merged across; outside the groups it says nothing new."""
    upper, lower = grid[row], grid[row + 1]
    if len(set(_texts(upper))) < 2 or not _is_text(lower):
        return False
    grouped = {c for (top, left), (bottom, right) in here if top == bottom == row for c in range(left, right + 1)}
    outside = (i for i, c in enumerate(lower) if i not in grouped and not blank(c))
    return bool(grouped) and all(i < len(upper) and lower[i] == upper[i] for i in outside)


def _is_text(row: Sequence[Cell]) -> bool:
    texts = _texts(row)
    return bool(texts) and len(texts) == sum(not blank(c) for c in row) and not any(_NUMERIC.fullmatch(t) for t in texts)


def _is_lower_row(upper: Sequence[Cell], lower: Sequence[Cell], below: Sequence[Cell]) -> bool:
    """In a file without merges (CSV): the row under a heading names the parts of its groups, and nothing else.

    A group is a heading followed by blanks; the lower row has text there, is blank elsewhere, and the row below is fuller.
    """
    if not _is_text(lower) or len(_texts(upper)) < 2:
        return False
    width = max(len(upper), len(lower))
    top = [not blank(c) for c in [*upper, *[None] * width][:width]]
    low = [not blank(c) for c in [*lower, *[None] * width][:width]]
    if not top[0] or sum(low) < 2 or sum(low) >= sum(not blank(c) for c in below):
        return False
    in_group = [False] * width
    for i in range(1, width):
        if not top[i]:
            in_group[i] = True
            if top[i - 1]:
                in_group[i - 1] = True
    return any(low[i] and not top[i] for i in range(width)) and all(in_group[i] for i in range(width) if low[i])


def _flatten(grid: Sequence[Sequence[Cell]], merges: Sequence[Merge], first: int, last: int) -> list[str]:
    """One name a column: 许可证/编号."""
    rows = [[("" if blank(c) else tidy(str(c))) for c in grid[i]] for i in range(first, last + 1)]
    width = max((len(row) for row in rows), default=0)
    rows = [row + [""] * (width - len(row)) for row in rows]
    if not any(first <= top <= last for (top, _), _ in merges):
        for upper, lower in pairwise(rows):
            for i in range(1, width):
                if not upper[i] and lower[i]:
                    upper[i] = upper[i - 1]
    names = []
    for column in range(width):
        parts: list[str] = []
        for row in rows:
            if row[column] and (not parts or parts[-1] != row[column]):
                parts.append(row[column])
        names.append("/".join(part.replace("/", "／") if len(rows) > 1 else part for part in parts))
    return names


def _width(header: Sequence[str], body: Sequence[Sequence[Cell]]) -> int:
    """How many columns the table has: those with a heading, and those without one that most rows use."""
    width = max((i + 1 for i, name in enumerate(header) if name), default=0)
    used: Counter[int] = Counter()
    full = 0
    for row in body[:500]:
        held = [i for i, c in enumerate(row) if not blank(c)]
        full += bool(held)
        used.update(i for i in held if i >= width)
    return max((i + 1 for i, n in used.items() if n * 2 > full), default=width)


def _named(header: Sequence[str], width: int) -> list[str]:
    """Names are unique: the second 电话 is 电话（2）; a column without a heading is called by its letter."""
    names, seen = [], Counter[str]()
    for i in range(width):
        name = header[i] if i < len(header) and header[i] else f"第{column_name(i)}列（无表头）"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name}（{seen[name]}）")
    return names


def _rows(
    body: Sequence[Sequence[Cell]], start: int, width: int, heading: Sequence[str], shifts: bool
) -> tuple[list[TableRow], list[Skipped]]:
    rows: list[TableRow] = []
    skipped: list[Skipped] = []
    names = [match_key(name) for name in heading]
    for number, raw in enumerate(body, start):
        held = [c for c in raw if not blank(c)]
        if not held:
            continue
        if isinstance(held[0], str) and _TOTAL.fullmatch(re.sub(r"\s", "", held[0])):
            skipped.append(Skipped(number, "footer"))
            continue
        if len(held) > 1 and all(_says(c, name) for c, name in zip(raw, names, strict=False)):
            skipped.append(Skipped(number, "repeated"))
            continue
        extra = sum(not blank(c) for c in raw[width:]) if shifts else 0
        fault = f"这一行比表头多出{extra}格，内容里可能有未加引号的分隔符，请核对原文件。" if extra else ""
        cells = tuple(None if blank(c) else c for c in raw[:width]) + (None,) * (width - len(raw))
        rows.append(TableRow(number, cells, fault))
    while rows and _is_closing(rows[-1]):
        skipped.append(Skipped(rows.pop().number, "footer"))
    return rows, sorted(skipped, key=lambda s: s.number)


def _says(cell: Cell, name: str) -> bool:
    return isinstance(cell, str) and match_key(cell) == name


def _is_closing(row: TableRow) -> bool:
    """制表人：… 审核人：… at the end."""
    held = [c for c in row.cells if not blank(c)]
    return 0 < len(held) <= 4 and isinstance(held[0], str) and _CLOSING.match(re.sub(r"\s", "", held[0])) is not None
