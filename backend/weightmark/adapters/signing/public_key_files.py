"""Public keys in files, in PEM or DER."""

from __future__ import annotations

import shlex
from base64 import b64encode

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import (
    load_der_public_key,
    load_pem_public_key,
)

from weightmark.adapters.signing.public_keys import encoded, verifier_of
from weightmark.errors import KeyFileError
from weightmark.ports.signing import Verifier

_BEGIN = b"-----BEGIN"


def read_public_key(data: bytes, label: str) -> Verifier:
    """Return the verifier of a public key in PEM or DER.

    One key has one fingerprint: whoever has the key alone writes it in the usual form, so another
    form is refused.

    Args:
        data: The key.
        label: How messages name it.

    Raises:
        KeyFileError: It is no public key, of no kind or size that counts, or not in that form; or
            there are several.
    """
    if data.count(_BEGIN) > 1:
        raise KeyFileError(
            f"'{label}' holds more than one key", hint="name a file of each: all have to sign"
        )
    key = _load(data, label)
    try:
        verifier = verifier_of(key)
    except KeyFileError as error:
        raise KeyFileError(f"'{label}': {error.message}", hint=error.hint) from None
    if not _holds(data, encoded(key)):
        raise KeyFileError(
            f"'{label}' holds a public key in another form than the usual SubjectPublicKeyInfo, "
            "and would have several fingerprints",
            hint=f"write it anew: openssl pkey -pubin -in {shlex.quote(label)} -pubout, and for a "
            "curve with -ec_conv_form uncompressed -ec_param_enc named_curve",
        )
    return verifier


def _holds(data: bytes, info: bytes) -> bool:
    lines = b"".join(data.split())
    return data == info or b"PUBLICKEY-----" + b64encode(info) + b"-----END" in lines


def _load(data: bytes, label: str) -> PublicKeyTypes:
    load = load_pem_public_key if _BEGIN in data else load_der_public_key
    try:
        return load(data)
    except (ValueError, UnsupportedAlgorithm):
        hint = "it begins with -----BEGIN PUBLIC KEY-----"
        if b"PRIVATE KEY" in data:
            hint = "it holds a private key; its public part: openssl pkey -in FILE -pubout"
        raise KeyFileError(f"'{label}' is no public key in PEM or DER", hint=hint) from None
