"""Which fonts a document is set in, and what they can show.

PDF/A refuses a document with a glyph that no font has, and people have names that few fonts have. So there is a chain:
the main Chinese font, then fonts for rare characters, then a mark with the code point in a footnote. Fonts are used in
this order; none is committed:

1. Noto Sans SC, regular and bold, from the npm package @expo-google-fonts/noto-sans-sc: 30,890 characters, all of the
   8,105 of the 通用规范汉字表 among them;
2. whatever lies in the folders of ``settings.FONT_FOLDERS`` (HRPARK_FONTS), where an installation puts fonts of its own;
3. Noto Sans CJK from the PyPI package noto-cjk-sans-jp-regular: 44,810 characters, among them 𠮷 and 2,000 more of
   extension B;
4. what Debian's fonts-noto-cjk, fonts-hanazono (42,711 of extension B) and fonts-babelstone-han have put in their place.
"""

from __future__ import annotations

import functools
import importlib.util
import re
import struct
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typst
from django.conf import settings
from fontTools.ttLib import TTFont

from hrpark.toolbox.errors import Misconfigured

#: What a character that no font has is printed as; the footnote names its code point (templates/lib.typ).
MISSING = "〓〔U+{:04X}〕"
MAIN = ("Noto Sans SC", "Noto Sans CJK SC", "Source Han Sans SC", "Source Han Sans CN")
RARE = ("Noto Sans CJK SC", "Noto Sans CJK JP", "BabelStone Han", "HanaMinA", "HanaMinB")
_SYSTEM = ("/usr/share/fonts/opentype/noto", "/usr/share/fonts/truetype/hanazono", "/usr/share/fonts/truetype/babelstone")
_NOTHING = {"Cc", "Cf", "Cn", "Cs", "Zl", "Zp"}


class Coverage:
    """A set of characters as a bit each: 139 KB, whatever the font."""

    def __init__(self, characters: Iterable[int] = ()):
        self.bits = bytearray(0x110000 // 8)
        for code in characters:
            self.bits[code >> 3] |= 1 << (code & 7)

    def __and__(self, other: Coverage) -> Coverage:
        both = Coverage()
        size = len(self.bits)
        both.bits = bytearray((int.from_bytes(self.bits) & int.from_bytes(other.bits)).to_bytes(size))
        return both

    def __contains__(self, character: str) -> bool:
        code = ord(character)
        return bool(self.bits[code >> 3] & (1 << (code & 7)))


@dataclass(frozen=True)
class Chain:
    """The fonts of this installation in the order of their use, each with what it covers."""

    fonts: typst.Fonts
    families: tuple[str, ...]
    coverage: tuple[Coverage, ...]

    def shows(self, cluster: str) -> bool:
        """Whether one font has every character of a base and its marks; typst sets a cluster in one font."""
        return any(all(c in font for c in cluster) for font in self.coverage)


def folders() -> list[Path]:
    npm = Path(settings.BASE) / "node_modules" / "@expo-google-fonts" / "noto-sans-sc"
    places = [*getattr(settings, "FONT_FOLDERS", ()), npm / "400Regular", npm / "700Bold"]
    package = importlib.util.find_spec("noto_cjk_sans_jp_regular")
    if package is not None:
        places += package.submodule_search_locations or ()
    return [path for path in map(Path, (*places, *_SYSTEM)) if path.is_dir()]


@functools.cache
def chain() -> Chain:
    """Found once a process. Misconfigured when there is no Chinese font at all."""
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(path) for path in folders()])
    faces: dict[str, list[typst.FontInfo]] = {}
    for face in fonts.fonts():
        if face.style == "normal":
            faces.setdefault(face.family, []).append(face)
    own = [str(path) for path in getattr(settings, "FONT_FOLDERS", ())]
    given = (
        [name for name, found in faces.items() if any(str(face.path).startswith(tuple(own)) for face in found)] if own else []
    )
    main = next((name for name in MAIN if name in faces), None)
    families = tuple(dict.fromkeys([*([main] if main else ()), *given, *(name for name in RARE if name in faces)]))
    coverage = tuple(_coverage(faces[name]) for name in families)
    found = Chain(fonts, families, coverage)
    if not all(found.shows(c) for c in "人力资源〓"):
        raise Misconfigured("No Chinese font for documents: run `npm ci`, or name folders with fonts in HRPARK_FONTS")
    return found


def _coverage(faces: list[typst.FontInfo]) -> Coverage:
    """What every weight of a family has."""
    common: Coverage | None = None
    for path, index in {(face.path, face.index) for face in faces}:
        with TTFont(path, fontNumber=index, lazy=True) as font:
            here = Coverage(_characters(font))
        common = here if common is None else common & here
    return common or Coverage()


#: Subtables that map all of Unicode: (platform, encoding) of OpenType's cmap.
_WHOLE = {(3, 10), (0, 4), (0, 6)}


def _characters(font: TTFont) -> Iterator[int]:
    """The characters of a font, read off the ranges of its table: fontTools names each glyph first, which takes a second a font."""
    table = font.reader["cmap"]
    count = struct.unpack_from(">H", table, 2)[0]
    for platform, encoding, offset in struct.iter_unpack(">HHL", table[4 : 4 + 8 * count]):
        if (platform, encoding) in _WHOLE and struct.unpack_from(">H", table, offset)[0] == 12:
            groups = struct.unpack_from(">L", table, offset + 12)[0]
            for first, last, glyph in struct.iter_unpack(">LLL", table[offset + 16 : offset + 16 + 12 * groups]):
                yield from range(first if glyph else first + 1, min(last, 0x10FFFF) + 1)
            return
    yield from font.getBestCmap() or ()


# --- making any text printable -------------------------------------------------------------------------------------------

_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u3099\u309a"
    "\ufe00-\ufe0f\ufe20-\ufe2f\U000e0100-\U000e01ef"
)
_MARK = re.compile(f"[{_MARKS}]")
_CLUSTER = re.compile(f"[^{_MARKS}]?[{_MARKS}]*", re.DOTALL)
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def printable(text: str, shows: Callable[[str], bool]) -> str:
    """The text with everything that no font shows replaced by ``〓〔U+…〕``, which the templates turn into a footnote.

    Controls go, marks that no font sets over their letter go, a variant selector goes where its base is unknown: what
    stays always prints, and a name stays recognisable.
    """
    if text.isprintable() and not _MARK.search(text) and all(map(shows, set(text))):
        return text
    return "".join(_printable(match.group(), shows) for match in _CLUSTER.finditer(text))


def _printable(cluster: str, shows: Callable[[str], bool]) -> str:
    if cluster in ("", "\n", "\t", " "):
        return cluster
    if len(cluster) == 1 and shows(cluster) and unicodedata.category(cluster) not in _NOTHING:
        return cluster
    plain = _SELECTORS.sub("", cluster)
    composed = unicodedata.normalize("NFC", plain) if len(plain) > 1 else plain
    if composed and unicodedata.category(composed[0]) in _NOTHING:
        return "" if unicodedata.category(composed[0]) != "Cn" else MISSING.format(ord(composed[0]))
    if not composed:
        return ""
    if shows(composed):
        return composed
    base = composed[0]
    if unicodedata.category(base).startswith("M"):
        return ""
    return base if shows(base) else MISSING.format(ord(base))


def printable_data(data: Any, shows: Callable[[str], bool] | None = None) -> Any:
    """Every text of a document's data made printable, keys left alone."""
    shows = shows or chain().shows
    if isinstance(data, str):
        return printable(data, shows)
    if isinstance(data, dict):
        return {key: printable_data(value, shows) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [printable_data(value, shows) for value in data]
    return data
