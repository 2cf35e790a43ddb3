"""The park's own signature on issued PDFs: it shows that a file is unchanged, and no more. Off until there is a key.

The key is of the installation: a PKCS#12 file that ``manage.py make_signing_key`` writes (or a bought one in its place), named by
``settings.SIGNING_KEY``, readable by its owner alone, never in the repository nor in the database. It is no seal and no reliable
electronic signature: whoever runs the installation holds it, so it lacks the sole control that 电子签名法 art. 13 asks for.
"""

from __future__ import annotations

import functools
import hashlib
import io
import logging
import os
import re
import stat
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.core.checks import Error, register
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.general import CMSExtractionError, CMSStructuralError
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko_certvalidator import ValidationContext

from hrpark.toolbox.errors import Misconfigured

log = logging.getLogger(__name__)
FIELD = "ParkIntegrity"
REASON = "仅用于核对文件自签发后未被改动，不代替公章，不是可靠的电子签名"
VALID_FOR = timedelta(days=3650)
#: Bytes of an uploaded file that are looked into for signatures; no document of ours is near it.
MOST_EXAMINED = 10 * 1024 * 1024
#: Revisions of an uploaded file that are compared with what was issued.
MOST_REVISIONS = 20
_END = re.compile(rb"%%EOF[ \t]*(?:\r\n|\n|\r)?")


# --- the key -------------------------------------------------------------------------------------------------------------


def key_file() -> Path | None:
    """Where the key lies, when there is one."""
    path = Path(settings.SIGNING_KEY) if settings.SIGNING_KEY else None
    return path if path is not None and path.is_file() else None


def _password() -> bytes | None:
    return settings.SIGNING_PASSWORD.encode() or None


@functools.lru_cache(maxsize=2)
def _loaded(path: Path, changed: int, password: bytes | None) -> SimpleSigner:
    signer = SimpleSigner.load_pkcs12(path, passphrase=password)
    if signer is None or signer.signing_cert is None:
        raise Misconfigured(f"{path} is no PKCS#12 file with key and certificate, or HRPARK_SIGNING_PASSWORD is wrong")
    return signer


def signer() -> SimpleSigner | None:
    """The key of this installation; None while nothing is signed."""
    path = key_file()
    if path is None:
        return None
    about = path.stat()
    if stat.S_IMODE(about.st_mode) & 0o077:
        raise Misconfigured(f"{path} holds the signing key and may be read by its owner alone: chmod 600 {path}")
    return _loaded(path, about.st_mtime_ns, _password())


def fingerprint(certificate) -> str:
    return hashlib.sha256(certificate.dump()).hexdigest()


def make_key(path: Path, *, name: str, at: datetime, password: str = "") -> str:
    """A fresh key with a certificate signed by itself, for its owner's eyes alone; never over an old one. Returns its fingerprint."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:60])])
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=False, key_encipherment=False, data_encipherment=False, key_agreement=False,
        key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number(), at - timedelta(days=1), at + VALID_FOR)
        .add_extension(usage, critical=True)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    kept = serialization.BestAvailableEncryption(password.encode()) if password else serialization.NoEncryption()
    data = serialization.pkcs12.serialize_key_and_certificates(b"hrpark", key, certificate, None, kept)
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
    return certificate.fingerprint(hashes.SHA256()).hex()


@register()
def the_key_can_be_used(app_configs: object = None, **kwargs: object) -> list[Error]:
    """What stops start-up: a key that others may read or that does not open."""
    try:
        signer()
    except (Misconfigured, OSError) as problem:
        return [Error(str(problem), id="hrpark.documents.E001")]
    return []


# --- signing -------------------------------------------------------------------------------------------------------------


class _Signer(PdfSigner):
    """Signs at a moment that is given: below the doors time is an argument."""

    at: datetime

    def init_signing_session(self, *args, **kwargs):
        session = super().init_signing_session(*args, **kwargs)
        session.system_time = self.at
        return session


def sign(pdf: bytes, at: datetime) -> tuple[bytes, str]:
    """The PDF with the park's signature over all of it, and the fingerprint of whose; as it was, and "", while there is no key."""
    key = signer()
    if key is None:
        return pdf, ""
    about = PdfSignatureMetadata(
        field_name=FIELD, md_algorithm="sha256", certify=True, docmdp_permissions=MDPPerm.NO_CHANGES, reason=REASON
    )
    one = _Signer(about, key)
    one.at = at
    out = one.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)))
    return out.getvalue(), fingerprint(key.signing_cert)


# --- looking at what somebody uploads ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Seen:
    """What the signatures of a file say: whether one is of a known key, whether it holds, whether it covers the whole file."""

    ours: bool = False
    intact: bool = False
    whole: bool = False
    others: bool = False


#: What a broken or hostile file makes a reader of PDFs raise.
_UNREADABLE = (
    PdfError, SignatureValidationError, CMSExtractionError, CMSStructuralError, LookupError, TypeError, ValueError, AttributeError,
    ArithmeticError, RecursionError, NotImplementedError, AssertionError,
)  # fmt: skip


def examine(pdf: bytes, known: frozenset[str]) -> Seen:
    """The signatures of a file. ``known``: fingerprints of the certificates that the park has signed with."""
    if len(pdf) > MOST_EXAMINED or b"/ByteRange" not in pdf:
        return Seen()
    try:
        return _examine(pdf, known)
    except _UNREADABLE as problem:
        log.info("the signatures of an uploaded file cannot be read: %s", problem)
        return Seen(others=True)


def _examine(pdf: bytes, known: frozenset[str]) -> Seen:
    found, others = None, False
    for one in PdfFileReader(io.BytesIO(pdf), strict=False).embedded_signatures[:10]:
        if fingerprint(one.signer_cert) not in known:
            others = True
            continue
        trust = ValidationContext(trust_roots=[one.signer_cert], allow_fetching=False)
        status = validate_pdf_signature(one, trust, skip_diff=True)
        whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
        found = Seen(True, bool(status.intact and status.valid), whole)
    return Seen(found.ours, found.intact, found.whole, others) if found else Seen(others=others)


def revisions(pdf: bytes) -> list[str]:
    """The hash of each state that a file has had: it ends with %%EOF, and what is appended later comes behind. The last first."""
    ends = [match.end() for match in _END.finditer(pdf)][:MOST_REVISIONS]
    digest, at, found = hashlib.sha256(), 0, []
    for end in ends:
        digest.update(pdf[at:end])
        at = end
        found.append(digest.copy().hexdigest())
    return [*reversed(found)]
