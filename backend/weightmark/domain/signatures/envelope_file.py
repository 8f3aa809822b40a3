"""``weightmark.sig``: an envelope of DSSE with one or more signatures, by any algorithm.

Each names its key by its fingerprint, and carries the key itself where that is public and cannot
be recovered from the signature.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from weightmark.domain.manifest import Fingerprint
from weightmark.domain.signatures.decoding import decode_base64, decode_json, encode_base64
from weightmark.domain.signatures.envelope import (
    MAX_SIGNATURE_FILE_SIZE,
    MAX_SIGNATURE_FILE_VALUES,
    MAX_SIGNATURES,
    PAYLOAD_TYPE,
    Envelope,
    KeyText,
    Signature,
    SignatureText,
    check_payload,
)
from weightmark.domain.signing_keys import ALGORITHMS_BY_LABEL
from weightmark.domain.text import printable
from weightmark.errors import SignatureFileError


class _Signature(
    Struct,
    frozen=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    rename={"public_key": "publicKey"},
):
    keyid: Fingerprint
    algorithm: Annotated[str, Meta(max_length=64)]
    sig: SignatureText
    public_key: KeyText | None = None


class _File(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    payload_type: Literal["application/vnd.in-toto+json"]
    payload: str
    signatures: Annotated[tuple[_Signature, ...], Meta(min_length=1, max_length=MAX_SIGNATURES)]


def encode_envelope(envelope: Envelope) -> bytes:
    """Return the file that carries an envelope whose signatures name algorithm and key.

    ``decode_envelope(encode_envelope(e)) == e`` holds.
    """
    signatures = tuple(
        _Signature(
            keyid=each.fingerprint,
            algorithm=each.algorithm.label if each.algorithm is not None else "",
            sig=encode_base64(each.value),
            public_key=encode_base64(each.public_key) if each.public_key else None,
        )
        for each in envelope.signatures
    )
    return msgspec.json.encode(_File(PAYLOAD_TYPE, encode_base64(envelope.payload), signatures))


def decode_envelope(data: bytes) -> Envelope:
    """Read a ``weightmark.sig``, strictly and with bounds.

    Raises:
        SignatureFileError: It is malformed or too large, an algorithm is unknown, a key is not
            that of its fingerprint, or two signatures are by one key.
    """
    file = decode_json(
        data, _File, MAX_SIGNATURE_FILE_SIZE, MAX_SIGNATURE_FILE_VALUES, "the envelope"
    )
    if len({each.keyid for each in file.signatures}) < len(file.signatures):
        raise SignatureFileError("the envelope holds two signatures by one key")
    payload = check_payload(decode_base64(file.payload, "the envelope's payload"))
    return Envelope(payload, tuple(map(_signature, file.signatures)))


def _signature(found: _Signature) -> Signature:
    algorithm = ALGORITHMS_BY_LABEL.get(found.algorithm)
    if algorithm is None:
        raise SignatureFileError(f"no algorithm is called '{printable(found.algorithm)}'")
    key = decode_base64(found.public_key, "a public key") if found.public_key else b""
    if key and hashlib.sha256(key).hexdigest() != found.keyid:
        raise SignatureFileError("the envelope carries a key that is not that of its fingerprint")
    value = decode_base64(found.sig, "a signature")
    return Signature(value, algorithm=algorithm, fingerprint=found.keyid, public_key=key)
