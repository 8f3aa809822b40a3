"""Which form a file of a key has: its content tells, or the kind of key that is written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from weightmark.adapters.key_files import keystore
from weightmark.adapters.key_files.info import Ask, KeyInfo
from weightmark.adapters.signing.ethereum import EthereumSigner, PrivateKey
from weightmark.domain.signing_keys import KeyAlgorithm
from weightmark.errors import KeyFileError, UsageError

if TYPE_CHECKING:
    from weightmark.adapters.signing.private_keys import PrivateKeySigner
    from weightmark.adapters.signing.shared_secret import SharedSecret
    from weightmark.ports.signing import Signer

Key: TypeAlias = "PrivateKey | PrivateKeySigner | SharedSecret"

KEYSTORE_SUFFIX = ".json"
PEM_SUFFIX = ".pem"
SUFFIXES = (KEYSTORE_SUFFIX, PEM_SUFFIX)

_PEM = b"-----BEGIN "


def describe(name: str, path: Path, data: bytes) -> KeyInfo:
    """Return what may be shown of the key in a file.

    Raises:
        KeyFileError: The file holds no key, or one of no kind or size that counts.
    """
    if not is_pem(data):
        return keystore.describe(name, path, data)
    from weightmark.adapters.key_files import pem, secret_file

    return secret_file.describe(name, path, data) or pem.describe(name, path, data)


def open_key(info: KeyInfo, data: bytes, ask: Ask) -> Key:
    """Return the key in a file that was described.

    Raises:
        KeyFileError: The file is damaged, holds a public key alone, or the password is wrong.
    """
    key = _opened(info, data, ask)
    if info.fingerprint and signer_of(key).identity.fingerprint != info.fingerprint:
        raise KeyFileError(f"the key {info.path} is another one than its file tells of")
    return key


def is_pem(data: bytes) -> bool:
    """Whether a file is one in PEM."""
    return _PEM in data


def is_key_file(data: bytes) -> bool:
    """Whether a file has one of these forms, and is not the text or bytes of a key itself."""
    return is_pem(data) or data.lstrip().startswith(b"{")


def signer_of(key: Key) -> Signer:
    """Return what signs messages with a key."""
    return EthereumSigner(key) if isinstance(key, PrivateKey) else key


def suffix_of(key: Key) -> str:
    """Return how the name of a key's file ends."""
    return KEYSTORE_SUFFIX if isinstance(key, PrivateKey) else PEM_SUFFIX


def encode(key: Key, password: str | None) -> bytes:
    """Return the file of a key; without a password it is not encrypted.

    Raises:
        UsageError: A key of that kind is always encrypted.
        KeyFileError: The password cannot be used.
    """
    from weightmark.adapters.key_files import pem, secret_file
    from weightmark.adapters.signing.private_keys import PrivateKeySigner

    if isinstance(key, PrivateKeySigner):
        return pem.encode(key, password)
    if password is None:
        raise UsageError("Ethereum keys and shared secrets are always encrypted")
    if isinstance(key, PrivateKey):
        return keystore.encode(key, password)
    return secret_file.encode(key, password)


def _opened(info: KeyInfo, data: bytes, ask: Ask) -> Key:
    if not is_pem(data):
        return keystore.open_key(info, data, ask)
    from weightmark.adapters.key_files import pem, secret_file

    if info.algorithm is KeyAlgorithm.HMAC_SHA256:
        return secret_file.open_key(info, data, ask)
    return pem.open_key(info, data, ask)
