"""The keys of this machine, one file each: those that send transactions and those that sign.

The key of the embedded chain and of anvil is made on first use and is not encrypted: it is worth
nothing on any other chain, where it is refused.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, cast

from weightmark.adapters.key_files import forms, keystore
from weightmark.adapters.key_files.forms import SUFFIXES, Key
from weightmark.adapters.key_files.info import Ask, KeyInfo
from weightmark.adapters.signing.ethereum import PRIVATE_KEY, PrivateKey
from weightmark.adapters.signing.token_uri import URI_PREFIX
from weightmark.adapters.state.atomic import read_regular, storage_error, write_private
from weightmark.adapters.state.locks import file_lock
from weightmark.domain.signing_keys import KeyAlgorithm
from weightmark.domain.text import printable
from weightmark.errors import (
    AlreadyExistsError,
    ConfigurationError,
    KeyFileError,
    MissingPathError,
)

if TYPE_CHECKING:
    from weightmark.ports.signing import Signer

MAX_KEY_FILE = 2**16
EMBEDDED_KEY = "local"

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


class KeyFolder:
    """The keys of this machine, by their names or the paths of their files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, name: str, key: Key, password: str | None) -> KeyInfo:
        """Write a key; without a password it is not encrypted.

        Raises:
            KeyFileError: The name or the password cannot be used.
            UsageError: A key of that kind is always encrypted.
            AlreadyExistsError: A key of that name is there.
            StorageError: It cannot be written.
        """
        self.check_new(name)
        return self._write(name, forms.encode(key, password), forms.suffix_of(key))

    def add_public(self, name: str, public_key: bytes) -> KeyInfo:
        """Write a public key alone, by its SubjectPublicKeyInfo in DER.

        Raises:
            KeyFileError: The name cannot be used, or it is no public key.
            AlreadyExistsError: A key of that name is there.
            StorageError: It cannot be written.
        """
        from weightmark.adapters.key_files.pem import public_block

        self.check_new(name)
        return self._write(name, public_block(public_key), forms.PEM_SUFFIX)

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
        return tuple(path.stem for path in found if path.suffix in SUFFIXES)

    def info(self, name: str) -> KeyInfo:
        """Return what may be shown of a key.

        Raises:
            MissingPathError: There is no such key.
            KeyFileError: The file is not a key.
        """
        return self._described(name)[0]

    def account(self, name: str) -> KeyInfo:
        """Return what may be shown of a key that sends transactions.

        Raises:
            MissingPathError: There is no such key.
            KeyFileError: The file is not a key of Ethereum.
        """
        return self._account(name)[0]

    def load(self, name: str, ask: Ask) -> PrivateKey:
        """Return a key that sends transactions.

        Args:
            name: Which key.
            ask: Gives the password, when asked with a sentence that names the key.

        Raises:
            MissingPathError: There is no such key.
            KeyFileError: The file is not a private key of Ethereum, or the password is wrong.
        """
        # A file that tells of an account holds no other key.
        return cast("PrivateKey", forms.open_key(*self._account(name), ask))

    def signer(self, name: str, ask: Ask) -> Signer:
        """Return a key that signs messages; see `load`.

        Raises:
            MissingPathError: There is no such key.
            KeyFileError: The file is not a key that signs, or the password is wrong.
        """
        return forms.signer_of(self.opened(name, ask))

    def opened(self, name: str, ask: Ask) -> Key:
        """Return a key of any kind; see `load`.

        Raises:
            MissingPathError: There is no such key.
            KeyFileError: The file is not a private key, or the password is wrong.
        """
        info, data = self._described(name)
        return forms.open_key(info, data, ask)

    def embedded(self) -> PrivateKey:
        """Return the key of the embedded chain, and make it on first use.

        Raises:
            KeyFileError: Its file is damaged.
            StorageError: It cannot be written.
        """
        path = self._folder / f"{EMBEDDED_KEY}{forms.KEYSTORE_SUFFIX}"
        if not os.path.exists(path):  # noqa: PTH110 - False where the system refuses, as below
            # Where another process was faster, its key is the one.
            with suppress(AlreadyExistsError):
                write_private(path, keystore.encode_embedded(PrivateKey.generate()), replace=False)
        return keystore.open_embedded(path, _read(path))

    def check_new(self, name: str) -> None:
        """Make sure that a key of that name can be made.

        Raises:
            KeyFileError: The name cannot be used.
            AlreadyExistsError: A key of that name is there.
        """
        if _NAME.fullmatch(name) is None or name == EMBEDDED_KEY:
            raise KeyFileError(
                f"'{printable(name[:80])}' cannot be the name of a key",
                hint="a name is made of a-z, 0-9, '.', '_' and '-'; 'local' is taken",
            )
        if self._named(name):
            raise AlreadyExistsError(
                f"the key '{name}' exists, and is left as it is", hint="choose another name"
            )

    def _write(self, name: str, data: bytes, suffix: str) -> KeyInfo:
        # One name, several suffixes: of two processes, the first has it.
        with file_lock(self._folder / "names.lock"):
            self.check_new(name)
            write_private(self._folder / f"{name}{suffix}", data, replace=False)
        return self.info(name)

    def _named(self, name: str) -> list[Path]:
        paths = (self._folder / f"{name}{suffix}" for suffix in SUFFIXES)
        return [path for path in paths if os.path.exists(path)]  # noqa: PTH110

    def _described(self, name: str) -> tuple[KeyInfo, bytes]:
        path = self._path(name)
        data = _read(path)
        label = path.stem if path.parent == self._folder else str(path)
        return forms.describe(label, path, data), data

    def _account(self, name: str) -> tuple[KeyInfo, bytes]:
        info, data = self._described(name)
        if info.algorithm is KeyAlgorithm.ETHEREUM:
            return info, data
        kind = info.algorithm.label if info.algorithm else "an algorithm that it does not tell"
        raise KeyFileError(
            f"the key '{info.name}' is one of {kind}, and sends no transactions",
            hint="name an Ethereum key; 'weightmark keys generate NAME' makes one, and 'weightmark "
            "keys import NAME --from-file FILE' takes one over",
        )

    def _path(self, name: str) -> Path:
        if PRIVATE_KEY.fullmatch(name):
            raise KeyFileError(
                "a private key is no argument: everybody on this machine can read it there",
                hint="set WEIGHTMARK_PRIVATE_KEY, or keep it with 'weightmark keys import NAME'",
            )
        if name.startswith(URI_PREFIX):
            raise KeyFileError(
                "a key on a token signs models, and does nothing else",
                hint="its public part: pkcs11-tool --read-object --type pubkey",
            )
        named = self._named(name) if _NAME.fullmatch(name) else []
        path = named[0] if named else Path(name)
        if not os.path.isfile(path):  # noqa: PTH113
            raise MissingPathError(
                f"there is no key '{printable(name[:200])}'",
                hint="'weightmark keys list' shows the keys; 'weightmark keys generate' makes one",
            )
        return path


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
