"""The bytes on the disk: written to a temporary name, flushed, examined, then moved to a drawn name. Knows no table.

UPLOAD_ROOT/incoming/<32 hex>      being written; what a crash leaves here is swept away
UPLOAD_ROOT/ab/cd/<32 hex>         kept; a file here without a row is swept away, too
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from hrpark.toolbox.errors import HrparkError, Misconfigured, Refused

from .rules.content import check_size, examine
from .rules.found import Examined, Unfit

log = logging.getLogger(__name__)
BLOCK = 256 * 1024
INCOMING = "incoming"
_STORED = re.compile(r"[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{32}")


class NotStored(HrparkError):
    """The disk is full or away: nothing was kept (HTTP 503)."""

    status = 503


class Lost(HrparkError):
    """A row says there is a file, and there is none: an accident of the installation (HTTP 500)."""

    status = 500


class Source(Protocol):
    """What can be kept: an upload of Django's, an open binary file, a BytesIO with a name."""

    def read(self, size: int = -1, /) -> bytes: ...


@dataclass(frozen=True)
class Kept:
    """A file in its place: where, how long, its hash, what it is and is called."""

    path: str
    size: int
    sha256: str
    examined: Examined


def _folder(*parts: str) -> Path:
    """A folder below UPLOAD_ROOT, made when it is missing: for the owner alone, and on the disk before anything lies in it."""
    folder = Path(settings.UPLOAD_ROOT)
    folder.parent.mkdir(parents=True, exist_ok=True)
    for part in ("", *parts):
        folder = folder / part
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            continue
        _flush_folder(folder.parent)
    return folder


def _blocks(source: Source) -> Iterator[bytes]:
    if hasattr(source, "seek"):
        source.seek(0)
    while block := source.read(BLOCK):
        yield block


def _flush_folder(folder: Path) -> None:
    """A rename is on the disk only when its folder is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def keep(source: Source, name: str, *, field: str | None = None) -> Kept:
    """Write, examine and keep one file. Refused with the reason when it can't be taken; then nothing stays behind."""
    limit = settings.UPLOAD_MAX_BYTES
    try:
        check_size(getattr(source, "size", None) or 1, limit)
        incoming = _folder(INCOMING) / secrets.token_hex(16)
        descriptor = os.open(incoming, os.O_CREAT | os.O_EXCL | os.O_RDWR | getattr(os, "O_NOFOLLOW", 0), 0o600)
        try:
            with os.fdopen(descriptor, "w+b") as file:
                size, sha256 = _write(source, file, limit)
                examined = examine(name, file, size, limit=limit)
                os.fsync(file.fileno())
            _scan(incoming)
            drawn = secrets.token_hex(16)
            shard = _folder(drawn[:2], drawn[2:4])
            os.rename(incoming, shard / drawn)
            _flush_folder(shard)
        except BaseException:
            incoming.unlink(missing_ok=True)
            raise
    except Unfit as problem:
        raise Refused(str(problem), field=field) from None
    except OSError as problem:
        log.exception("an upload could not be written")
        raise NotStored(
            "文件没有保存成功：服务器存储暂不可用或空间不足。请稍后再试，或联系园区工作人员。", field=field
        ) from problem
    return Kept(f"{drawn[:2]}/{drawn[2:4]}/{drawn}", size, sha256, examined)


def _write(source: Source, file: BinaryIO, limit: int) -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    for block in _blocks(source):
        size += len(block)
        check_size(size, limit)
        digest.update(block)
        file.write(block)
    file.flush()
    check_size(size, limit)
    return size, digest.hexdigest()


def _scan(path: Path) -> None:
    """The installation's virus scanner: ``settings.UPLOAD_SCANNER`` names a function (path) -> what it found, or None.

    Off until it is set. A scanner that fails refuses the file: an unexamined one is never taken for clean.
    """
    dotted = getattr(settings, "UPLOAD_SCANNER", "")
    if not dotted:
        return
    try:
        scanner = import_string(dotted)
    except ImportError as problem:
        raise Misconfigured(f"UPLOAD_SCANNER names nothing that can be imported: {dotted}") from problem
    try:
        found = scanner(path)
    except Exception as problem:  # whatever a foreign scanner raises, the file is not known to be clean
        log.exception("the virus scanner failed")
        raise NotStored("病毒扫描暂时不可用，文件没有保存。请稍后再试，或联系园区工作人员。") from problem
    if found:
        raise Unfit(f"病毒扫描发现问题（{found}），文件没有保存。请在本机杀毒后重新导出再上传。")


def _place(path: str) -> Path:
    if not _STORED.fullmatch(path):
        raise Lost(f"附件的存储位置不对（{path}），请联系系统管理员。")
    return Path(settings.UPLOAD_ROOT, path)


def open_kept(path: str) -> BinaryIO:
    """The bytes of a kept file, for reading."""
    try:
        return open(os.open(_place(path), os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)), "rb")
    except FileNotFoundError as problem:
        log.error("the stored file %s is missing", path)
        raise Lost("这个附件的文件在存储中缺失，请联系系统管理员从备份恢复。") from problem


def forget(path: str) -> None:
    """Take a kept file off the disk: one whose row was never committed."""
    with contextlib.suppress(FileNotFoundError):
        _place(path).unlink()


def strays(before: datetime) -> Iterator[tuple[str, Path]]:
    """Every file last written before a moment, with its path as rows have it ("" for one still incoming), shard by shard."""
    root, moment = Path(settings.UPLOAD_ROOT), before.timestamp()
    if not root.is_dir():
        return
    for folder, _, names in os.walk(root):
        for name in names:
            file = Path(folder, name)
            relative = file.relative_to(root).as_posix()
            with contextlib.suppress(FileNotFoundError):
                if file.lstat().st_mtime < moment and (_STORED.fullmatch(relative) or relative.startswith(f"{INCOMING}/")):
                    yield ("" if relative.startswith(f"{INCOMING}/") else relative), file
