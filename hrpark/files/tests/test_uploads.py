"""A request's files stream in; what is over the limit is dropped on the way and still arrives with its name."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.test import RequestFactory

from hrpark.files import samples, storage
from hrpark.files.kinds import ATTACHABLE, GATES, attachable_types_have_gates, gate
from hrpark.files.uploads import Oversized
from hrpark.toolbox.errors import Refused

HANDLERS = [
    "hrpark.files.uploads.Limit",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]


@pytest.fixture
def post(settings):
    settings.FILE_UPLOAD_HANDLERS = HANDLERS

    def send(**data):
        return RequestFactory().post("/", data)

    return send


@pytest.mark.parametrize("in_memory", [0, 2 * 1024 * 1024])
def test_a_file_within_the_limit_comes_in_whole(post, settings, in_memory):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = in_memory
    data = samples.pdf_bytes("甲" * 80_000)
    request = post(name="甲", file=SimpleUploadedFile("a.pdf", data))
    assert request.POST["name"] == "甲"
    kept = storage.keep(request.FILES["file"], request.FILES["file"].name)
    assert kept.size == len(data)


def test_a_file_over_the_limit_is_dropped_and_told_with_its_own_size(post, settings):
    settings.UPLOAD_MAX_BYTES = 100_000
    request = post(
        file=SimpleUploadedFile("a.pdf", samples.pdf_bytes("甲" * 130_000)), small=SimpleUploadedFile("b.txt", b"ok")
    )
    big = request.FILES["file"]
    assert isinstance(big, Oversized) and big.read() == b"" and big.size > 500_000
    with pytest.raises(Refused, match="上限"):
        storage.keep(big, big.name, field="file")
    assert storage.keep(request.FILES["small"], "b.txt").size == 2


def test_many_files_together_have_a_limit_too(post, settings):
    settings.UPLOAD_MAX_BYTES = 1000
    files = {f"f{n}": SimpleUploadedFile(f"{n}.txt", b"x" * 900) for n in range(15)}
    sizes = [type(f) for f in post(**files).FILES.values()]
    assert sizes.count(Oversized) == 4 and all(issubclass(s, UploadedFile) for s in sizes)


def test_an_attachable_type_without_a_gate_stops_start_up():
    assert attachable_types_have_gates() == []
    ATTACHABLE.add("planted", "planted")
    try:
        assert [e.id for e in attachable_types_have_gates()] == ["hrpark.files.E001"]
        gate("planted", read=lambda *_: False, write=lambda *_: False)
        assert [e.id for e in attachable_types_have_gates()] == ["hrpark.files.E002"]
    finally:
        ATTACHABLE._things.pop("planted")
        GATES._things.pop("planted", None)
