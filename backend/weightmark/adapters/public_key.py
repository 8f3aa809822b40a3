"""Public keys in files: what the registry knows them by."""

from __future__ import annotations

import hashlib
import shlex
from base64 import b64encode
from typing import TYPE_CHECKING

from weightmark.domain.signing_keys import KeyAlgorithm
from weightmark.errors import KeyFileError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

_CURVES = {
    "secp256r1": KeyAlgorithm.ECDSA_P256_SHA256,
    "secp384r1": KeyAlgorithm.ECDSA_P384_SHA384,
    "secp521r1": KeyAlgorithm.ECDSA_P521_SHA512,
    "secp256k1": KeyAlgorithm.ETHEREUM,
}


def identify_public_key(data: bytes, label: str) -> tuple[bytes, KeyAlgorithm]:
    """Return the fingerprint of a public key in PEM or DER, and what it signs with.

    The fingerprint is the sha256 of the key's SubjectPublicKeyInfo in DER, as the file has it. One
    key has one fingerprint: whoever has the key alone writes it in the usual form, so another form
    is refused.

    Args:
        data: The key.
        label: How messages name it.

    Raises:
        KeyFileError: It is no public key, of no kind that the registry knows, or not in that form.
    """
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    key = _load(data, label)
    algorithm = _algorithm_of(key, label)
    info = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if not _holds(data, info):
        raise KeyFileError(
            f"'{label}' holds a public key in another form than the usual SubjectPublicKeyInfo, "
            "and would have several fingerprints",
            hint=f"write it anew: openssl pkey -pubin -in {shlex.quote(label)} -pubout, and for a "
            "curve with -ec_conv_form uncompressed -ec_param_enc named_curve",
        )
    return hashlib.sha256(info).digest(), algorithm


def _holds(data: bytes, info: bytes) -> bool:
    lines = b"".join(data.split())
    return data == info or b"PUBLICKEY-----" + b64encode(info) + b"-----END" in lines


def _load(data: bytes, label: str) -> PublicKeyTypes:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import (
        load_der_public_key,
        load_pem_public_key,
    )

    load = load_pem_public_key if b"-----BEGIN" in data else load_der_public_key
    try:
        return load(data)
    except (ValueError, UnsupportedAlgorithm):
        hint = "it begins with -----BEGIN PUBLIC KEY-----"
        if b"PRIVATE KEY" in data:
            hint = "it holds a private key; its public part: openssl pkey -in FILE -pubout"
        raise KeyFileError(f"'{label}' is no public key in PEM or DER", hint=hint) from None


def _algorithm_of(key: PublicKeyTypes, label: str) -> KeyAlgorithm:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    if isinstance(key, Ed25519PublicKey):
        return KeyAlgorithm.ED25519
    if isinstance(key, RSAPublicKey):
        return KeyAlgorithm.RSA_PSS_SHA256
    if isinstance(key, EllipticCurvePublicKey) and key.curve.name in _CURVES:
        return _CURVES[key.curve.name]
    raise KeyFileError(
        f"'{label}' is a key of a kind that signs no manifest",
        hint="take a key of P-256, P-384, P-521, secp256k1, Ed25519 or RSA",
    )
