"""``model.sig``: a bundle of OpenSSF Model Signing, which holds one signature by ECDSA.

It is a Sigstore bundle, version 0.3, with a key or a chain of certificates of one's own
(https://github.com/ossf/model-signing-spec). Members that the reference refuses are refused, and
so are a few that it takes; ``docs/formats.md`` lists them.
"""

from __future__ import annotations

import base64
import hashlib
import textwrap
from typing import Annotated, Final, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from weightmark.domain.signatures.decoding import decode_base64, decode_json, encode_base64
from weightmark.domain.signatures.envelope import (
    MAX_CERTIFICATES,
    MAX_SIGNATURE_FILE_SIZE,
    MAX_SIGNATURE_FILE_VALUES,
    PAYLOAD_TYPE,
    CertificateText,
    Envelope,
    Signature,
    SignatureText,
    check_payload,
)
from weightmark.domain.signing_keys import KeyAlgorithm
from weightmark.errors import SignatureFileError

MEDIA_TYPE: Final = "application/vnd.dev.sigstore.bundle.v0.3+json"

# What may sign a bundle.
ALGORITHMS = frozenset(
    (
        KeyAlgorithm.ECDSA_P256_SHA256,
        KeyAlgorithm.ECDSA_P384_SHA384,
        KeyAlgorithm.ECDSA_P521_SHA512,
    )
)

_Text = Annotated[str, Meta(max_length=4096)]


class _Value(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, rename="camel"):
    """Unknown members are refused; one that is absent stays absent."""


class _PublicKey(_Value, frozen=True):
    hint: Annotated[str, Meta(max_length=64)] | None = None
    # Of versions before 1.1, which wrote no hint; not read.
    raw_bytes: _Text | UnsetType = UNSET
    key_details: _Text | UnsetType = UNSET


class _Certificate(_Value, frozen=True):
    raw_bytes: CertificateText


class _Chain(_Value, frozen=True):
    certificates: Annotated[
        tuple[_Certificate, ...], Meta(min_length=1, max_length=MAX_CERTIFICATES)
    ]


class _Material(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    public_key: _PublicKey | UnsetType = UNSET
    x509_certificate_chain: _Chain | UnsetType = UNSET
    # Entries of a transparency log are not checked here, and so none is taken.
    tlog_entries: Annotated[tuple[None, ...], Meta(max_length=0)] = ()


class _Signature(Struct, frozen=True, forbid_unknown_fields=True):
    sig: SignatureText
    keyid: _Text | None = ""


class _Envelope(_Value, frozen=True):
    payload: str
    payload_type: Literal["application/vnd.in-toto+json"]
    signatures: Annotated[tuple[_Signature, ...], Meta(min_length=1, max_length=1)]


class _Bundle(_Value, frozen=True):
    media_type: Literal["application/vnd.dev.sigstore.bundle.v0.3+json"]
    verification_material: _Material
    dsse_envelope: _Envelope


def hint_of(public_key: bytes) -> str:
    """Return what a bundle names a key by: the sha256 of its PEM text, in hex.

    Args:
        public_key: The key's SubjectPublicKeyInfo in DER.
    """
    lines = "\n".join(textwrap.wrap(base64.b64encode(public_key).decode(), 64))
    pem = f"-----BEGIN PUBLIC KEY-----\n{lines}\n-----END PUBLIC KEY-----\n"
    return hashlib.sha256(pem.encode()).hexdigest()


def encode_bundle(envelope: Envelope) -> bytes:
    """Return the file that carries an envelope with one signature.

    The signature has a hint, or certificates. ``decode_bundle(encode_bundle(e)) == e`` holds then.
    """
    (signature,) = envelope.signatures
    chain = tuple(_Certificate(encode_base64(each)) for each in signature.certificates)
    material = (
        _Material(x509_certificate_chain=_Chain(chain))
        if chain
        else _Material(public_key=_PublicKey(signature.hint))
    )
    signed = _Envelope(
        payload=encode_base64(envelope.payload),
        payload_type=PAYLOAD_TYPE,
        signatures=(_Signature(encode_base64(signature.value)),),
    )
    return msgspec.json.encode(_Bundle(MEDIA_TYPE, material, signed))


def decode_bundle(data: bytes) -> Envelope:
    """Read a ``model.sig``, strictly and with bounds.

    Raises:
        SignatureFileError: It is malformed, too large, or of a form that is not ours to check.
    """
    bundle = decode_json(
        data, _Bundle, MAX_SIGNATURE_FILE_SIZE, MAX_SIGNATURE_FILE_VALUES, "the bundle"
    )
    (signature,) = bundle.dsse_envelope.signatures
    hint, certificates = _material(bundle.verification_material)
    value = decode_base64(signature.sig, "the bundle's signature")
    payload = decode_base64(bundle.dsse_envelope.payload, "the bundle's payload")
    return Envelope(
        check_payload(payload), (Signature(value, hint=hint, certificates=certificates),)
    )


def _material(material: _Material) -> tuple[str, tuple[bytes, ...]]:
    """Return the hint of a key, or certificates."""
    key, chain = material.public_key, material.x509_certificate_chain
    match key, chain:
        case _PublicKey(), UnsetType():
            return key.hint or "", ()
        case UnsetType(), _Chain():
            return "", tuple(
                decode_base64(each.raw_bytes, "a certificate") for each in chain.certificates
            )
        case _:
            raise SignatureFileError("the bundle needs either publicKey or x509CertificateChain")
