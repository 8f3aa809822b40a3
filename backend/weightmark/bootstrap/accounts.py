"""Which key signs: the one that the environment, the configuration or the network gives."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from weightmark.adapters.key_files.info import Ask, KeyInfo
from weightmark.adapters.signing.ethereum import EthereumSigner, PrivateKey
from weightmark.adapters.signing.shared_secret import SharedSecret
from weightmark.adapters.signing.token_uri import URI_PREFIX, TokenUri
from weightmark.adapters.state.keys import EMBEDDED_KEY, KeyFolder
from weightmark.domain.networks import Network
from weightmark.domain.text import printable
from weightmark.errors import ConfigurationError, KeyFileError, NoKeyError

if TYPE_CHECKING:
    from weightmark.ports.signing import Signer

PRIVATE_KEY_VARIABLE = "WEIGHTMARK_PRIVATE_KEY"
HMAC_VARIABLE = "WEIGHTMARK_HMAC_KEY"
MAX_SECRET_FILE = 2**16

_PASSWORD_VARIABLE = "WEIGHTMARK_KEY_PASSWORD"  # noqa: S105 - its name
_PIN_VARIABLE = "WEIGHTMARK_PKCS11_PIN"


def _set(variable: str) -> str:
    return f"set {variable} or {variable}_FILE"


def password_variable(name: str) -> str:
    """Return the variable that holds the password of one key alone.

    Args:
        name: The key's name, or its file's path, of which the last part counts.
    """
    label = re.sub("[^A-Z0-9]", "_", os.path.basename(name).upper())  # noqa: PTH119 - of any name
    return f"WEIGHTMARK_KEY_{label}_PASSWORD"


def _set_password(name: str) -> str:
    return f"{_set(_PASSWORD_VARIABLE)}; {password_variable(name)} for this key alone"


_GIVE_SECRET = f"name its file with --hmac-key, or set {HMAC_VARIABLE}"


# Asks a person for a secret; the second text tells what to do where there is none.
AskPerson = Callable[[str, str], str]


def refuse_to_ask(what: str, otherwise: str) -> str:
    """Take the place of a person where nobody can be asked.

    Raises:
        KeyFileError: Always.
    """
    raise KeyFileError(f"{what} is needed, and nobody can be asked here", hint=otherwise)


class Accounts:
    """Finds keys and passwords. Secrets come from the environment, a file or a person."""

    def __init__(
        self, keys: KeyFolder, chosen: str, environment: Mapping[str, str], ask: AskPerson
    ) -> None:
        self._keys = keys
        self._chosen = chosen
        self._environment = environment
        self._ask = ask
        self._passwords: dict[str, str | None] = {}

    def private_key(self, network: Network) -> PrivateKey:
        """Return the key that sends transactions on a network.

        Raises:
            KeyFileError: There is no key, or it cannot be used.
            MissingPathError: The key that is named is not there.
        """
        if hexadecimal := self._variable:
            return PrivateKey.parse(hexadecimal)
        if self._chosen:
            self._chosen_info(network)
            return self._opened_key
        if network.is_local:
            return self._keys.embedded()
        raise NoKeyError(
            f"no key is configured for '{network.name}'",
            hint="name one with --key, or set WEIGHTMARK_PRIVATE_KEY; 'weightmark keys generate "
            "NAME' makes one",
        )

    def is_made_on_first_use(self, network: Network) -> bool:
        """Whether the key is that of this machine's own chains, and is not there yet."""
        configured = self._variable or self._chosen
        return network.is_local and not configured and EMBEDDED_KEY not in self._keys.names()

    def address(self, network: Network) -> str:
        """Return the address of that key, without opening it where that can be.

        Raises:
            KeyFileError: There is no key, or it cannot be used.
            MissingPathError: The key that is named is not there.
        """
        if self._chosen and not self._variable:
            return self._chosen_info(network).address
        key = self.private_key(network)
        if network.is_local and not self._variable:
            return self._keys.info(EMBEDDED_KEY).address
        return key.address

    def known_address(self, network: Network) -> str:
        """Return the address of that key, or an empty text where no key is configured.

        Raises:
            KeyFileError: The key cannot be used.
            MissingPathError: The key that is named is not there.
        """
        try:
            return self.address(network)
        except NoKeyError:
            return ""

    def given_key(self) -> PrivateKey:
        """Return an Ethereum key in hex from the environment or a person.

        Raises:
            KeyFileError: It is not a key, or nobody can be asked.
        """
        return PrivateKey.parse(
            self._variable or self._ask("The private key in hex", f"set {PRIVATE_KEY_VARIABLE}")
        )

    def signer(self) -> Signer:
        """Return the key that signs artifacts.

        Raises:
            KeyFileError: There is no key, or it cannot be used.
            MissingPathError: The key that is named is not there.
        """
        if hexadecimal := self._variable:
            return EthereumSigner(PrivateKey.parse(hexadecimal))
        if not self._chosen:
            raise NoKeyError(
                "no key is configured",
                hint="name one with --key; 'weightmark keys generate NAME' makes one",
            )
        return self.named_signer(self._chosen)

    def named_signer(self, name: str) -> Signer:
        """Return a key that signs artifacts, by its name, the path of its file, or its token's URI.

        Raises:
            KeyFileError: It cannot be used.
            MissingPathError: It is not there.
            UnavailableError: Its token is out of reach.
        """
        if name.startswith(URI_PREFIX):
            from weightmark.adapters.signing.token import TokenSigner

            return TokenSigner(TokenUri.parse(name), self._pin)
        return self._keys.signer(name, self.opener(name))

    def secret_key(self, name: str) -> SharedSecret:
        """Return a shared secret, by its name or the path of its file.

        Raises:
            KeyFileError: It is no shared secret, or cannot be used.
            MissingPathError: It is not there.
        """
        key = self._keys.opened(name, self.opener(name))
        if isinstance(key, SharedSecret):
            return key
        raise KeyFileError(f"the key '{printable(name)}' is no shared secret")

    def shared_secret(self, path: Path | None) -> bytes:
        """Return the text or the bytes of a shared secret from a file, the environment or a person.

        Raises:
            ConfigurationError: The file cannot be read.
            KeyFileError: It is empty, or nobody can be asked.
        """
        if path is not None:
            secret = without_line_end(read_secret(path))
        else:
            secret = os.fsencode(self._environment.get(HMAC_VARIABLE, ""))
            secret = secret or self._ask("The shared secret", _GIVE_SECRET).encode()
        if not secret:
            raise KeyFileError("the shared secret is empty", hint=_GIVE_SECRET)
        return secret

    def new_password(self, name: str) -> str:
        """Return a password from the environment, or from a person who gives it twice.

        Args:
            name: The key that it is to protect, by its name or its file.

        Raises:
            ConfigurationError: The file that holds it cannot be read.
            KeyFileError: The two differ, or nobody can be asked.
        """
        given = self._given_password(name)
        if given is not None:
            return given
        password = self._ask("A new password", _set_password(name))
        if password != self._ask("The same password again", _set_password(name)):
            raise KeyFileError("the two passwords differ", hint="nothing was written; try again")
        return password

    def opener(self, name: str) -> Ask:
        """Return what gives the password of a key when it is asked with a sentence that names it.

        It comes from the environment, or from a person; see `_given_password`.

        Args:
            name: The key, by its name or its file.
        """
        return partial(self._password, name)

    def _password(self, name: str, what: str) -> str:
        given = self._given_password(name)
        return self._ask(what, _set_password(name)) if given is None else given

    @property
    def _variable(self) -> str:
        return self._environment.get(PRIVATE_KEY_VARIABLE, "")

    def _chosen_info(self, network: Network) -> KeyInfo:
        info = self._keys.account(self._chosen)
        if not info.is_encrypted and not network.is_local:
            raise KeyFileError(
                f"the key '{info.name}' is not encrypted, and serves chains of this machine alone",
                hint="make one: weightmark keys generate NAME",
            )
        return info

    @cached_property
    def _opened_key(self) -> PrivateKey:
        # Once: a person is asked once, and a pipe gives its password once.
        return self._keys.load(self._chosen, self.opener(self._chosen))

    def _pin(self, what: str) -> str:
        given = given_secret(self._environment, _PIN_VARIABLE)
        return self._ask(what, _set(_PIN_VARIABLE)) if given is None else given

    def _given_password(self, name: str) -> str | None:
        """Return the password of one key from its own variable, or else from that of all keys.

        Raises:
            ConfigurationError: The file that holds it cannot be read.
        """
        own = self._given_once(password_variable(name))
        return self._given_once(_PASSWORD_VARIABLE) if own is None else own

    def _given_once(self, variable: str) -> str | None:
        # Once: a pipe gives its content once.
        if variable not in self._passwords:
            self._passwords[variable] = given_secret(self._environment, variable)
        return self._passwords[variable]


def given_secret(environment: Mapping[str, str], variable: str) -> str | None:
    """Return what a variable holds, or the file that its companion names.

    Raises:
        ConfigurationError: The file cannot be read.
    """
    if variable in environment:
        return environment[variable]
    if path := environment.get(f"{variable}_FILE", ""):
        return read_secret(Path(path)).decode("utf-8", "surrogateescape").rstrip("\r\n")
    return None


def without_line_end(secret: bytes) -> bytes:
    """Return a text without the end of its line; random bytes may end like one, and stay whole."""
    try:
        secret.decode()
    except UnicodeDecodeError:
        return secret
    return secret.rstrip(b"\r\n")


def read_secret(path: Path) -> bytes:
    """Return what a small file holds, or a pipe: a shell's ``<(…)`` keeps a secret off the disk.

    Raises:
        ConfigurationError: It cannot be read, or is too large.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_SECRET_FILE + 1)
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from None
    if len(data) > MAX_SECRET_FILE:
        raise ConfigurationError(f"{path} is larger than {MAX_SECRET_FILE} bytes")
    return data
