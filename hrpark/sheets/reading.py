"""Reading an uploaded table, safely: a workbook is opened in a process of its own.

The reader of workbooks ends its whole process when memory runs out, and no look at the packed file beforehand can be
complete. So it works where it can do no harm, with an amount of memory and time that every honest file keeps well below.
"""

from __future__ import annotations

import os
import pickle
import resource
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Any

from hrpark.toolbox.errors import Refused

from .rules.reading import MAX_BYTES, Reading
from .rules.reading import read_table as read_here
from .rules.workbooks import OLE, ZIP

__all__ = ["MAX_BYTES", "Reading", "read_table"]

#: A workbook of 50,000 rows and 60 columns takes about 1 GB.
MEMORY = 2 * 1024**3
SECONDS = 90
_ROOT = Path(__file__).resolve().parents[2]


def read_table(
    data: bytes, filename: str = "", *, sheet: str = "", header_row: int | None = None, repair: bool = True, words: Collection[str] = ()
) -> Reading:  # fmt: skip
    """``rules.reading.read_table``; workbooks apart from this process."""
    options = {"sheet": sheet, "header_row": header_row, "repair": repair, "words": frozenset(words)}
    if len(data) > MAX_BYTES or not data.startswith((ZIP, OLE)):
        return read_here(data, filename, **options)
    request = pickle.dumps((data, filename, options))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])}
    try:
        done = subprocess.run(  # noqa: S603 - our own module, nothing of the file on the command line
            [sys.executable, "-m", __name__], input=request, capture_output=True, timeout=SECONDS, env=environment, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise Refused("读取这个文件用时过长，已停止。请只保留需要的工作表和行，另存为 xlsx 后上传。", field="file") from error
    if done.returncode != 0:
        raise Refused("这个文件展开后过大，不予读取。请删去表格以外的内容，只保留需要的行，另存为 xlsx 后上传。", field="file")
    answer = pickle.loads(done.stdout)  # noqa: S301 - written by the same module, not by the file
    if isinstance(answer, Reading):
        return answer
    raise Refused(answer["message"], field=answer["field"])


def _child() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    data, filename, options = pickle.load(sys.stdin.buffer)  # noqa: S301 - written by the parent
    answer: Any
    try:
        answer = read_here(data, filename, **options)
    except Refused as refused:
        answer = {"message": refused.message, "field": refused.field}
    sys.stdout.buffer.write(pickle.dumps(answer))


if __name__ == "__main__":
    _child()
