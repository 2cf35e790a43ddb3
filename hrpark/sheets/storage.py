"""Where uploaded tables lie until their job is forgotten, and how far a job has come. Knows no table of the database.

UPLOAD_ROOT/sheets/<park>/<sha256>          the bytes, once however often they are uploaded
UPLOAD_ROOT/sheets/progress/<job>.json      written beside the one transaction of an import, which nobody can look into
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
from pathlib import Path

from django.conf import settings

from hrpark.toolbox.errors import NotFound


def _root() -> Path:
    return Path(settings.UPLOAD_ROOT) / "sheets"


def keep(park_id: int, data: bytes) -> tuple[str, str]:
    """Store the bytes; returns (name below UPLOAD_ROOT, SHA-256). On the disk before the row that names them is."""
    digest = hashlib.sha256(data).hexdigest()
    name = f"sheets/{park_id}/{digest}"
    path = Path(settings.UPLOAD_ROOT) / name
    if not path.exists():
        _write(path, data)
    return name, digest


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def load(name: str) -> bytes:
    try:
        return (Path(settings.UPLOAD_ROOT) / name).read_bytes() if name else b""
    except FileNotFoundError:
        raise NotFound("上传的文件已不在服务器上，请重新上传。") from None


def forget(name: str) -> None:
    if name:
        (Path(settings.UPLOAD_ROOT) / name).unlink(missing_ok=True)


def _progress(job_id: int) -> Path:
    return _root() / "progress" / f"{job_id}.json"


def tell(job_id: int, done: int, total: int) -> None:
    """Say how far a job has come. Only for the eye: nothing is decided by it, so it is not flushed."""
    path = _progress(job_id)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{secrets.token_hex(4)}")
    fresh.write_text(json.dumps({"done": done, "total": total}))
    fresh.replace(path)


def told(job_id: int) -> tuple[int, int]:
    """(done, total) of the running work; (0, 0) when it has not begun."""
    with contextlib.suppress(FileNotFoundError, ValueError, KeyError):
        said = json.loads(_progress(job_id).read_text())
        return int(said["done"]), int(said["total"])
    return 0, 0


def untell(job_id: int) -> None:
    _progress(job_id).unlink(missing_ok=True)
