"""The keys that sign transactions: Ethereum keystore files, and the key of this machine's chains.

A keystore is a version 3 file of the Web3 Secret Storage definition. The key of the embedded chain
and of anvil is made on first use and is not encrypted: it is worth nothing on any other chain,
where it is refused.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec
from msgspec import Struct

from weightmark.adapters.imports import kept_recursion_limit
from weightmark.adapters.state.atomic import read_regular, storage_error, write_private
from weightmark.domain.identifiers import checksum_address
from weightmark.domain.text import printable
from weightmark.errors import (
    AlreadyExistsError,
    ConfigurationError,
    KeyFileError,
    MissingPathError,
    ValueFormatError,
)

if TYPE_CHECKING:
    from eth_account import Account
    from eth_keys.datatypes import PrivateKey as Secp256k1

MAX_KEY_FILE = 2**16
EMBEDDED_KEY = "local"

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_PRIVATE_KEY = re.compile(r"(?:0x)?([0-9a-fA-F]{64})")
# The order of the group of secp256k1 (SEC 2, section 2.4.1): a private key lies below it.
_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
# The recovery id of a signature counts from here (Ethereum yellow paper, appendix F).
_FIRST_V = 27
# What eth_account raises where a keystore's parameters are not those of any keystore.
_UNREADABLE = (ValueError, KeyError, TypeError, OverflowError, AssertionError)

Ask = Callable[[str], str]

_Form = TypeVar("_Form")


class PrivateKey:
    """A 32-byte private key that does not show itself."""

    __slots__ = ("_secret",)

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    @classmethod
    def parse(cls, text: str) -> PrivateKey:
        """Read a key in hex.

        Raises:
            KeyFileError: It is not a key of secp256k1. The message does not repeat it.
        """
        match = _PRIVATE_KEY.fullmatch(text.strip())
        if match is None or not 0 < int(match[1], 16) < _ORDER:
            raise KeyFileError("the private key is malformed", hint="a key is 64 hex digits")
        return cls(bytes.fromhex(match[1]))

    @classmethod
    def generate(cls) -> PrivateKey:
        """Make a key from the operating system's randomness."""
        import secrets

        return cls((secrets.randbelow(_ORDER - 1) + 1).to_bytes(32, "big"))

    @property
    def address(self) -> str:
        """The checksummed address of the account that the key is of."""
        address: str = _accounts().from_key(self._secret).address
        return address

    def point(self) -> bytes:
        """Return the coordinates of the public key: 64 bytes."""
        point: bytes = self._secp256k1().public_key.to_bytes()
        return point

    def sign(self, digest: bytes) -> bytes:
        """Return the signature of 32 bytes as contracts take it: r, s (low) and v (27 or 28)."""
        *numbers, parity = self._secp256k1().sign_msg_hash(digest).to_bytes()
        return bytes((*numbers, parity + _FIRST_V))

    def reveal(self) -> bytes:
        """Return the secret itself, for the one who signs."""
        return self._secret

    def _secp256k1(self) -> Secp256k1:
        with kept_recursion_limit():
            from eth_keys.datatypes import PrivateKey as Secp256k1

        return Secp256k1(self._secret)

    def __repr__(self) -> str:
        return "PrivateKey(…)"


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """What may be shown of a key."""

    name: str
    address: str
    path: Path
    is_encrypted: bool


class _EmbeddedKey(Struct, frozen=True, forbid_unknown_fields=True):
    address: str
    private_key: str


class _KeystoreFile(Struct, frozen=True):
    address: str
    crypto: dict[str, msgspec.Raw]
    version: int


class KeyFolder:
    """The keys of this machine, one file each."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def generate(self, name: str, password: str) -> KeyInfo:
        """Make a key, and write it encrypted.

        Raises:
            KeyFileError: The name or the password cannot be used.
            AlreadyExistsError: A key of that name is there.
            StorageError: It cannot be written.
        """
        return self.add(name, PrivateKey.generate(), password)

    def add(self, name: str, key: PrivateKey, password: str) -> KeyInfo:
        """Write a key encrypted.

        Raises:
            KeyFileError: The name or the password cannot be used.
            AlreadyExistsError: A key of that name is there.
            StorageError: It cannot be written.
        """
        path = self.check_new(name)
        if not password:
            raise KeyFileError("an empty password does not protect a key")
        try:
            keystore = _accounts().encrypt(key.reveal(), password)
        except UnicodeEncodeError:
            raise KeyFileError("the password is not UTF-8") from None
        write_private(path, msgspec.json.encode(keystore), replace=False)
        return self.info(name)

    def names(self) -> tuple[str, ...]:
        """Return the names of all keys.

        Raises:
            StorageError: Their folder cannot be read.
        """
        try:
            found = sorted(self._folder.iterdir())
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise storage_error(self._folder, error) from None
        return tuple(path.stem for path in found if path.suffix == ".json")

    def info(self, name: str) -> KeyInfo:
        """Return what may be shown of a key, by its name or the path of a keystore file.

        Raises:
            MissingPathError: There is no such key.
            KeyFileError: The file is not a key.
        """
        path = self._path(name)
        data = _read(path)
        is_encrypted = b'"crypto"' in data
        kind: type[_KeystoreFile | _EmbeddedKey] = _KeystoreFile if is_encrypted else _EmbeddedKey
        digits = _decoded(path, data, kind).address.removeprefix("0x")
        label = path.stem if path.parent == self._folder else str(path)
        try:
            return KeyInfo(label, checksum_address(f"0x{digits}"), path, is_encrypted)
        except ValueFormatError as error:
            raise KeyFileError(f"{path} is not a keystore file: {error.message}") from None

    def load(self, name: str, ask: Ask) -> PrivateKey:
        """Return a key, by its name or the path of a keystore file.

        Args:
            name: Which key.
            ask: Gives the password, when asked with a sentence that names the key.

        Raises:
            MissingPathError: There is no such key.
            KeyFileError: The file is not a key, or the password is wrong.
        """
        info = self.info(name)
        data = _read(info.path)
        if not info.is_encrypted:
            return PrivateKey.parse(_decoded(info.path, data, _EmbeddedKey).private_key)
        password = ask(f"Password of {name}")
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

    def embedded(self) -> PrivateKey:
        """Return the key of the embedded chain, and make it on first use.

        Raises:
            KeyFileError: Its file is damaged.
            StorageError: It cannot be written.
        """
        path = self._folder / f"{EMBEDDED_KEY}.json"
        if not os.path.exists(path):  # noqa: PTH110 - False where the system refuses, as below
            made = PrivateKey.generate()
            key = _EmbeddedKey(made.address, f"0x{made.reveal().hex()}")
            # Where another process was faster, its key is the one.
            with suppress(AlreadyExistsError):
                write_private(path, msgspec.json.encode(key), replace=False)
        return PrivateKey.parse(_decoded(path, _read(path), _EmbeddedKey).private_key)

    def check_new(self, name: str) -> Path:
        """Return where a new key would be.

        Raises:
            KeyFileError: The name cannot be used.
            AlreadyExistsError: A key of that name is there.
        """
        if _NAME.fullmatch(name) is None or name == EMBEDDED_KEY:
            raise KeyFileError(
                f"'{printable(name[:80])}' cannot be the name of a key",
                hint="a name is made of a-z, 0-9, '.', '_' and '-'; 'local' is taken",
            )
        path = self._folder / f"{name}.json"
        if os.path.exists(path):  # noqa: PTH110
            raise AlreadyExistsError(
                f"the key '{name}' exists, and is left as it is", hint="choose another name"
            )
        return path

    def _path(self, name: str) -> Path:
        if _PRIVATE_KEY.fullmatch(name):
            raise KeyFileError(
                "a private key is no argument: everybody on this machine can read it there",
                hint="set WEIGHTMARK_PRIVATE_KEY, or keep it with 'weightmark keys import NAME'",
            )
        named = self._folder / f"{name}.json"
        is_named = _NAME.fullmatch(name) and os.path.exists(named)  # noqa: PTH110
        path = named if is_named else Path(name)
        if not os.path.isfile(path):  # noqa: PTH113
            raise MissingPathError(
                f"there is no key '{printable(name[:200])}'",
                hint="'weightmark keys list' shows the keys; 'weightmark keys generate' makes one",
            )
        return path


def _accounts() -> Account:
    with kept_recursion_limit():
        from eth_account import Account

    return Account()


def _read(path: Path) -> bytes:
    try:
        data = read_regular(path, MAX_KEY_FILE + 1)
    except ConfigurationError as error:
        raise KeyFileError(error.message, hint=error.hint) from None
    except OSError as error:
        raise storage_error(path, error) from None
    if len(data) > MAX_KEY_FILE:
        raise KeyFileError(f"{path} is too large to be a key")
    return data


def _decoded(path: Path, data: bytes, form: type[_Form]) -> _Form:
    try:
        return msgspec.json.decode(data, type=form)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise KeyFileError(
            f"{path} is not a keystore file", hint="it must be a version 3 Ethereum keystore"
        ) from None
