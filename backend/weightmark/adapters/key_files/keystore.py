"""Ethereum keys: keystores of version 3 of the Web3 Secret Storage definition.

The key of this machine's own chains is in a file of another form, and is not encrypted.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec
from msgspec import Struct

from weightmark.adapters.imports import kept_recursion_limit
from weightmark.adapters.key_files.info import Ask, KeyInfo, Protection, new_password
from weightmark.adapters.signing.ethereum import PrivateKey
from weightmark.domain.identifiers import checksum_address
from weightmark.domain.signing_keys import KeyAlgorithm
from weightmark.errors import KeyFileError, ValueFormatError

if TYPE_CHECKING:
    from eth_account import Account

# What a password costs to try: scrypt's n, where r = 8 and p = 1, as in eth_account and in geth.
COST = 2**18

# What eth_account raises where a keystore's parameters are not those of any keystore.
_UNREADABLE = (ValueError, KeyError, TypeError, OverflowError, AssertionError)

_Form = TypeVar("_Form")


class _EmbeddedKey(Struct, frozen=True, forbid_unknown_fields=True):
    address: str
    private_key: str


class _KeystoreFile(Struct, frozen=True):
    address: str
    crypto: dict[str, msgspec.Raw]
    version: int


def describe(name: str, path: Path, data: bytes) -> KeyInfo:
    """Return what may be shown of a key.

    Raises:
        KeyFileError: The file is not a keystore.
    """
    is_encrypted = b'"crypto"' in data
    kind: type[_KeystoreFile | _EmbeddedKey] = _KeystoreFile if is_encrypted else _EmbeddedKey
    digits = _decoded(path, data, kind).address.removeprefix("0x")
    try:
        address = checksum_address(f"0x{digits}")
    except ValueFormatError as error:
        raise KeyFileError(f"{path} is not a keystore file: {error.message}") from None
    protection = Protection.ENCRYPTED if is_encrypted else Protection.NONE
    return KeyInfo(name, path, protection, KeyAlgorithm.ETHEREUM, address=address)


def encode(key: PrivateKey, password: str) -> bytes:
    """Return a keystore, encrypted under a password by scrypt.

    Raises:
        KeyFileError: The password cannot be used.
    """
    new_password(password)
    sealed = _accounts().encrypt(key.reveal(), password, kdf="scrypt", iterations=COST)
    return msgspec.json.encode(sealed)


def encode_embedded(key: PrivateKey) -> bytes:
    """Return the file of the key of this machine's own chains."""
    return msgspec.json.encode(_EmbeddedKey(key.address, f"0x{key.reveal().hex()}"))


def open_embedded(path: Path, data: bytes) -> PrivateKey:
    """Return the key of this machine's own chains.

    Raises:
        KeyFileError: The file is damaged.
    """
    return PrivateKey.parse(_decoded(path, data, _EmbeddedKey).private_key)


def open_key(info: KeyInfo, data: bytes, ask: Ask) -> PrivateKey:
    """Return the key that a file holds.

    Raises:
        KeyFileError: The file is damaged, or the password is wrong.
    """
    if not info.is_encrypted:
        return open_embedded(info.path, data)
    password = ask(f"Password of {info.name}")
    try:
        key = PrivateKey(bytes(_accounts().decrypt(data.decode(), password)))
    except _UNREADABLE as error:
        wrong = "MAC mismatch" in str(error)
        reason = "the password is wrong" if wrong else "it is not a keystore of version 3"
        raise KeyFileError(f"the key {info.path} cannot be opened: {reason}") from None
    # The file's authentication code does not cover all of it.
    if key.address != info.address:
        raise KeyFileError(f"the key {info.path} is not that of the address that it names")
    return key


def _accounts() -> Account:
    with kept_recursion_limit():
        from eth_account import Account

    return Account()


def _decoded(path: Path, data: bytes, form: type[_Form]) -> _Form:
    try:
        return msgspec.json.decode(data, type=form)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise KeyFileError(
            f"{path} is not a keystore file",
            hint="it must be a version 3 Ethereum keystore, or a key in PEM",
        ) from None
