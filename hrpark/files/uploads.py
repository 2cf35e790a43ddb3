"""How the body of a request comes in: nothing over the limit is written anywhere, not even to a temporary folder.

``settings.FILE_UPLOAD_HANDLERS`` names ``Limit`` before Django's own handlers. What is over the limit is counted and
dropped while it streams, and arrives as an ``Oversized`` file, so that the form's other fields and its message survive.
"""

from __future__ import annotations

import io

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

#: Files of one request together, in files of the greatest size.
TOGETHER = 10


class Oversized(UploadedFile):
    """A file that was too large: its name and size are known, its content is gone."""

    def __init__(self, name: str, size: int, content_type: str | None):
        super().__init__(file=io.BytesIO(), name=name, content_type=content_type, size=size)


class Limit(FileUploadHandler):
    """Counts; passes on at most ``UPLOAD_MAX_BYTES`` a file and ten times that a request."""

    def __init__(self, request=None):
        super().__init__(request)
        self.together = 0
        self.here = 0

    def new_file(self, *args, **kwargs) -> None:
        super().new_file(*args, **kwargs)
        self.here = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        self.here += len(raw_data)
        self.together += len(raw_data)
        return raw_data if self._fits() else None

    def _fits(self) -> bool:
        return self.here <= settings.UPLOAD_MAX_BYTES and self.together <= TOGETHER * settings.UPLOAD_MAX_BYTES

    def file_complete(self, file_size: int) -> UploadedFile | None:
        if self._fits():
            return None
        return Oversized(self.file_name, max(self.here, settings.UPLOAD_MAX_BYTES + 1), self.content_type)
