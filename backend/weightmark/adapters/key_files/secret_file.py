"""Shared secrets in files: PKCS#8 under a password, as for key pairs, marked as HMAC-SHA256.

A line before the PEM tells the fingerprint, as a shared secret has no public part to tell it by.
"""

from __future__ import annotations

import re
from base64 import b64decode
from pathlib import Path

from cryptography.hazmat import asn1

from weightmark.adapters.key_files import pbes2, pem
from weightmark.adapters.key_files.info import Ask, KeyInfo, Protection, given_password
from weightmark.adapters.signing.shared_secret import SharedSecret
from weightmark.domain.signing_keys import KeyAlgorithm
from weightmark.errors import KeyFileError

_LABEL = KeyAlgorithm.HMAC_SHA256.label
_FILE = re.compile(
    rf"{_LABEL} (?P<fingerprint>[0-9a-f]{{64}})\n"
    r"-----BEGIN ENCRYPTED PRIVATE KEY-----\n(?P<sealed>[A-Za-z0-9+/=\n]+)"
    r"-----END ENCRYPTED PRIVATE KEY-----\n".encode()
)


@asn1.sequence
class _Secret:
    """A PrivateKeyInfo (RFC 5958, section 2)."""

    version: int
    algorithm: pbes2.Hash
    secret: bytes


def describe(name: str, path: Path, data: bytes) -> KeyInfo | None:
    """Return what may be shown of a shared secret, or None for a file that holds none."""
    match = _FILE.fullmatch(data)
    if match is None:
        return None
    fingerprint = match["fingerprint"].decode()
    algorithm = KeyAlgorithm.HMAC_SHA256
    return KeyInfo(name, path, Protection.ENCRYPTED, algorithm, fingerprint=fingerprint)


def encode(secret: SharedSecret, password: str) -> bytes:
    """Return a shared secret, encrypted.

    Raises:
        KeyFileError: The password cannot be used.
    """
    info = asn1.encode_der(_Secret(version=0, algorithm=pbes2.hmac(), secret=secret.reveal()))
    line = f"{_LABEL} {secret.identity.fingerprint}\n".encode()
    return line + pem.private_block(info, password)


def open_key(info: KeyInfo, data: bytes, ask: Ask) -> SharedSecret:
    """Return the shared secret that a file holds.

    Raises:
        KeyFileError: The file is damaged, or the password is wrong.
    """
    match = _FILE.fullmatch(data)
    password = given_password(ask(f"Password of {info.name}"))
    try:
        sealed = b64decode(match["sealed"]) if match else b""
        return SharedSecret(asn1.decode_der(_Secret, pbes2.decrypt(sealed, password)).secret)
    except ValueError:
        raise KeyFileError(
            f"the key {info.path} cannot be opened: the password is wrong, or it is damaged"
        ) from None
