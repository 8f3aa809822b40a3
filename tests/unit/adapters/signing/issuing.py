"""Certificates for tests: an authority, one between, and a signer's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

NOW = datetime(2026, 6, 1, tzinfo=UTC)
DAY = timedelta(days=1)
_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


def usage(*names: str) -> x509.KeyUsage:
    return x509.KeyUsage(**{each: each in names for each in _USAGES})


SIGNING = usage("digital_signature")
ISSUING = usage("key_cert_sign", "crl_sign")
AUTHORITY = x509.BasicConstraints(ca=True, path_length=None)


@dataclass(frozen=True)
class Issued:
    """A certificate, and the key that it is of."""

    certificate: x509.Certificate
    key: CertificateIssuerPrivateKeyTypes

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)


def issue(
    name: str,
    issuer: Issued | None = None,
    *extensions: x509.ExtensionType,
    key: CertificateIssuerPrivateKeyTypes | None = None,
    start: datetime = NOW - 30 * DAY,
    end: datetime = NOW + 30 * DAY,
) -> Issued:
    """Issue a certificate, with critical extensions; without an issuer its own key signs it."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = _name(name)
    builder = x509.CertificateBuilder(
        issuer.certificate.subject if issuer else subject,
        subject,
        key.public_key(),
        x509.random_serial_number(),
        start,
        end,
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=True)
    return Issued(builder.sign(issuer.key if issuer else key, SHA256()), key)


def outdated(issued: Issued) -> Issued:
    """Return a certificate without extensions as one of X.509 version 1, signed by its own key."""
    assert isinstance(issued.key, ec.EllipticCurvePrivateKey)
    body = issued.certificate.tbs_certificate_bytes
    version = bytes.fromhex("a003020102")
    to_sign = _sequence(body[body.index(version) + len(version) :])
    algorithm = bytes.fromhex("300a06082a8648ce3d040302")
    signature = b"\0" + issued.key.sign(to_sign, ec.ECDSA(SHA256()))
    bits = bytes([3, len(signature)]) + signature
    data = _sequence(to_sign + algorithm + bits)
    return Issued(x509.load_der_x509_certificate(data), issued.key)


def write_certificates(path: Path, issued: Sequence[Issued]) -> Path:
    path.write_bytes(b"".join(each.pem for each in issued))
    return path


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)] if text else [])


def _sequence(body: bytes) -> bytes:
    size = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([0x30, 0x80 | len(size)]) + size + body
