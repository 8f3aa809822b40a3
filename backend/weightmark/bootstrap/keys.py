"""Making, taking over and sharing keys: what the commands are made of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from os.path import lexists
from pathlib import Path
from typing import TYPE_CHECKING

from weightmark.adapters.key_files import forms
from weightmark.adapters.key_files.forms import signer_of
from weightmark.adapters.key_files.info import KeyInfo, Protection
from weightmark.adapters.key_files.pem import public_block
from weightmark.adapters.signing.ethereum import PrivateKey
from weightmark.adapters.signing.shared_secret import SharedSecret
from weightmark.adapters.state.atomic import write_private, write_shared
from weightmark.bootstrap.accounts import read_secret, without_line_end
from weightmark.bootstrap.application import Application
from weightmark.domain.signing_keys import KeyAlgorithm
from weightmark.errors import AlreadyExistsError, KeyFileError, UsageError

if TYPE_CHECKING:
    from weightmark.adapters.key_files.forms import Key
    from weightmark.bootstrap.accounts import Accounts


@dataclass(frozen=True, slots=True)
class Place:
    """Where a new key goes.

    Attributes:
        target: Its name among the keys of this machine, or a file of the caller's own.
        public_path: Where the public key is written as well, to be shared.
        is_protected: Whether a password encrypts it.
    """

    target: str | Path
    public_path: Path | None = None
    is_protected: bool = True


def make_key(
    application: Application, place: Place, algorithm: KeyAlgorithm, bits: int | None = None
) -> KeyInfo:
    """Make a key.

    Args:
        application: What is configured.
        place: Where it goes.
        algorithm: What it signs with.
        bits: How long a key of RSA is.

    Raises:
        UsageError: The arguments contradict each other.
        KeyFileError: The name or the password cannot be used.
        AlreadyExistsError: A key of that name, or a file, is there.
        StorageError: It cannot be written.
    """
    from weightmark.adapters.signing.generation import generate_key

    if bits is not None and algorithm is not KeyAlgorithm.RSA_PSS_SHA256:
        raise UsageError("only a key of RSA has a number of bits to choose")
    _check_place(application, place, algorithm)
    password = application.accounts.new_password(str(place.target)) if place.is_protected else None
    key = generate_key(algorithm, bits) if bits else generate_key(algorithm)
    return _keep(application, place, key, password)


def import_key(
    application: Application,
    name: str,
    path: Path | None,
    algorithm: KeyAlgorithm | None,
    *,
    is_protected: bool,
) -> KeyInfo:
    """Keep a key that a file, the environment or a person gives; a public key alone as it is.

    Args:
        application: What is configured.
        name: How it is named from now on.
        path: A file: PEM, a keystore, an Ethereum key in hex, or the bytes of a shared secret.
        algorithm: What it has to sign with; the bytes of a shared secret do not tell it.
        is_protected: Whether a password encrypts it.

    Raises:
        UsageError: The key is one of another algorithm.
        KeyFileError: The name, the password or the key cannot be used.
        AlreadyExistsError: A key of that name is there.
        ConfigurationError: The file cannot be read.
        StorageError: It cannot be written.
    """
    application.keys.check_new(name)
    key = _given(application.accounts, path, algorithm)
    found = key.algorithm if isinstance(key, KeyInfo) else signer_of(key).identity.algorithm
    if found is not None and algorithm not in (None, found):
        raise UsageError(f"the key is one of {found.label}, and not of {algorithm.label}")
    if isinstance(key, KeyInfo):
        return application.keys.add_public(name, key.public_key)
    password = application.accounts.new_password(name) if is_protected else None
    return application.keys.add(name, key, password)


def with_public_part(application: Application, name: str) -> KeyInfo:
    """Return what is known of a key, and its public part; an Ethereum keystore is opened for it.

    Raises:
        MissingPathError: There is no such key.
        KeyFileError: It has no public part, or cannot be opened.
    """
    info = application.keys.info(name)
    if info.algorithm is KeyAlgorithm.HMAC_SHA256:
        raise KeyFileError(f"the key '{info.name}' is a shared secret, and has no public part")
    if info.public_key:
        return info
    signer = application.keys.signer(name, application.accounts.opener(name))
    identity = signer.identity
    return replace(
        info,
        algorithm=identity.algorithm,
        fingerprint=identity.fingerprint,
        public_key=signer.public_key,
    )


def share_key(info: KeyInfo, path: Path) -> None:
    """Write a public key in PEM where none is.

    Raises:
        AlreadyExistsError: A file is there.
        StorageError: It cannot be written.
    """
    write_shared(path, public_block(info.public_key))


def _check_place(application: Application, place: Place, algorithm: KeyAlgorithm) -> None:
    if place.public_path and algorithm.is_shared_secret:
        raise UsageError("a shared secret has no public part")
    if place.public_path == place.target:
        raise UsageError(f"{place.target} cannot hold the private and the public key")
    if isinstance(place.target, str):
        application.keys.check_new(place.target)
    for path in (place.target, place.public_path):
        if isinstance(path, Path) and lexists(path):
            raise AlreadyExistsError(f"{path} exists, and is left as it is", hint="name another")


def _keep(application: Application, place: Place, key: Key, password: str | None) -> KeyInfo:
    if isinstance(place.target, str):
        info = application.keys.add(place.target, key, password)
    else:
        write_private(place.target, forms.encode(key, password), replace=False)
        info = application.keys.info(str(place.target.absolute()))
    if place.public_path is not None:
        write_shared(place.public_path, public_block(signer_of(key).public_key))
    return info


def _given(accounts: Accounts, path: Path | None, algorithm: KeyAlgorithm | None) -> Key | KeyInfo:
    """Return a key that can sign, or what is known of a public key alone."""
    is_secret = algorithm is KeyAlgorithm.HMAC_SHA256
    if path is None:
        return SharedSecret(accounts.shared_secret(None)) if is_secret else accounts.given_key()
    # Once: a pipe gives its content once.
    data = read_secret(path)
    # A key that somebody made is no text to make a secret of: its public part is no secret at all.
    if is_secret and not forms.is_pem(data):
        return SharedSecret(without_line_end(data))
    if not forms.is_key_file(data):
        return _in_hex(path, data)
    info = forms.describe(str(path), path, data)
    return (
        info
        if info.protection is Protection.PUBLIC
        else forms.open_key(info, data, accounts.opener(str(path)))
    )


def _in_hex(path: Path, data: bytes) -> PrivateKey:
    try:
        return PrivateKey.parse(data.decode("utf-8", "replace"))
    except KeyFileError:
        raise KeyFileError(
            f"{path} holds no key of a form that is known",
            hint="PEM, a keystore, or the 64 hex digits of an Ethereum key; with --algorithm "
            "hmac-sha256 the bytes of a shared secret",
        ) from None
