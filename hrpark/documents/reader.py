"""Reading the lines of a photograph, on this machine alone: RapidOCR with the models of its package. Off where it is not installed.

It takes 600 MB and a second or two a picture, so that it runs in the worker and never in a request; the group ``ocr`` of
pyproject.toml brings it (docs/decisions/004-reading-licences.md). What the lines mean is rules/licences.py.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import logging
import threading
from typing import Any

from .rules.licences import Line

#: Longer edge that a picture is read at: a phone's 4,000 pixels read no better and take four times as long.
EDGE = 1280
_lock = threading.Lock()


class Unreadable(Exception):
    """The file is no picture that can be opened; the message is for the person."""


@functools.cache
def installed() -> bool:
    return all(importlib.util.find_spec(name) for name in ("rapidocr", "onnxruntime", "cv2"))


@functools.cache
def _engine() -> Any:
    """One a process. Its models lie in the package; it is told where, and nothing is fetched."""
    engine = importlib.import_module("rapidocr").RapidOCR(params={"Global.log_level": "error"})
    logging.getLogger("RapidOCR").setLevel(logging.ERROR)
    return engine


def lines_of(picture: bytes) -> list[Line]:
    """Every line that stands on a picture, however it is turned by a few degrees."""
    cv2, numpy = importlib.import_module("cv2"), importlib.import_module("numpy")
    image = cv2.imdecode(numpy.frombuffer(picture, dtype=numpy.uint8), cv2.IMREAD_COLOR)
    if image is None:
        raise Unreadable("照片打不开，请换一张 JPG 或 PNG 图片。")
    longest = max(image.shape[:2])
    if longest > EDGE:
        image = cv2.resize(image, None, fx=EDGE / longest, fy=EDGE / longest, interpolation=cv2.INTER_AREA)
    with _lock:
        result = _engine()(image)
    if result.boxes is None:
        return []
    boxes = [[(float(x), float(y)) for x, y in box] for box in result.boxes]
    return [_line(text, score, box) for text, score, box in zip(result.txts, result.scores, _levelled(boxes), strict=True)]


def _line(text: str, score: float, box: list[tuple[float, float]]) -> Line:
    xs, ys = [x for x, _ in box], [y for _, y in box]
    return Line(text, float(score), min(xs), min(ys), max(xs), max(ys))


def _levelled(boxes: list[list[tuple[float, float]]]) -> list[list[tuple[float, float]]]:
    """The boxes turned back by the slope of the longest lines, so that what stands in one row has one height."""
    long = [b for b in boxes if b[1][0] - b[0][0] > 3 * abs(b[3][1] - b[0][1])]
    slopes = sorted((b[1][1] - b[0][1]) / (b[1][0] - b[0][0]) for b in long)
    slope = slopes[len(slopes) // 2] if slopes else 0.0
    return [[(x + slope * y, y - slope * x) for x, y in box] for box in boxes]
