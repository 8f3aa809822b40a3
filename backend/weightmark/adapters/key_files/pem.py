"""Key pairs of all algorithms in PEM (RFC 7468), and public keys alone.

Ours are EncryptedPrivateKeyInfo (see `pbes2`), followed by the public key, so that a key can be
shown and shared without its password. Others are read as PKCS#8, PKCS#1, SEC 1 or OpenSSH has them.
"""

from __future__ import annotations

import shlex
from base64 import b64encode
from pathlib import Path
from textwrap import wrap

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256K1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    load_pem_private_key,
    load_ssh_private_key,
)

from weightmark.adapters.key_files import pbes2
from weightmark.adapters.key_files.info import (
    Ask,
    KeyInfo,
    Protection,
    given_password,
    new_password,
)
from weightmark.adapters.signing.ethereum import PrivateKey
from weightmark.adapters.signing.private_keys import PrivateKeySigner
from weightmark.adapters.signing.public_key_files import read_public_key
from weightmark.adapters.signing.public_keys import verifier_of
from weightmark.domain.signing_keys import KeyAlgorithm, ethereum_address
from weightmark.errors import KeyFileError
from weightmark.ports.signing import Verifier

BEGIN = b"-----BEGIN "

_BEGIN_PUBLIC = b"-----BEGIN PUBLIC KEY-----"
_END_PUBLIC = b"-----END PUBLIC KEY-----"
_OPENSSH = b"-----BEGIN OPENSSH PRIVATE KEY-----"
# RFC 7468, section 2: a line of base64 has 64 characters.
_LINE = 64


def describe(name: str, path: Path, data: bytes) -> KeyInfo:
    """Return what may be shown of a key.

    Raises:
        KeyFileError: The file holds no key, or one of no kind or size that counts.
    """
    if b"PRIVATE KEY" not in data:
        return _info(name, path, Protection.PUBLIC, read_public_key(data, str(path)))
    key = _loaded(path, data, None)
    if key is not None:
        return _info(name, path, Protection.NONE, verifier_of(key.public_key()))
    begin = data.find(_BEGIN_PUBLIC)
    end = data.find(_END_PUBLIC, max(begin, 0))
    if min(begin, end) < 0:
        return KeyInfo(name, path, Protection.ENCRYPTED, None)
    public = data[begin : end + len(_END_PUBLIC)]
    return _info(name, path, Protection.ENCRYPTED, read_public_key(public, str(path)))


def open_key(info: KeyInfo, data: bytes, ask: Ask) -> PrivateKey | PrivateKeySigner:
    """Return the key that a file holds.

    Raises:
        KeyFileError: The file is damaged, holds a public key alone, or the password is wrong.
    """
    if info.protection is Protection.PUBLIC:
        raise KeyFileError(f"'{info.name}' is a public key alone, and signs nothing")
    password = given_password(ask(f"Password of {info.name}")) if info.is_encrypted else None
    key = _loaded(info.path, data, password)
    if key is None:
        raise KeyFileError(f"the key {info.path} cannot be opened: the password is wrong")
    if isinstance(key, EllipticCurvePrivateKey) and isinstance(key.curve, SECP256K1):
        return PrivateKey(key.private_numbers().private_value.to_bytes(32))
    return PrivateKeySigner(key)


def encode(key: PrivateKeySigner, password: str | None) -> bytes:
    """Return a key pair, encrypted if there is a password.

    Raises:
        KeyFileError: The password cannot be used.
    """
    return private_block(key.reveal(), password) + public_block(key.public_key)


def private_block(info: bytes, password: str | None) -> bytes:
    """Return a PrivateKeyInfo in PEM, encrypted if there is a password.

    Raises:
        KeyFileError: The password cannot be used.
    """
    if password is None:
        return _block("PRIVATE KEY", info)
    return _block("ENCRYPTED PRIVATE KEY", pbes2.encrypt(info, new_password(password)))


def public_block(public_key: bytes) -> bytes:
    """Return a SubjectPublicKeyInfo in PEM."""
    return _block("PUBLIC KEY", public_key)


def _info(name: str, path: Path, protection: Protection, key: Verifier) -> KeyInfo:
    known = key.identity
    is_account = known.algorithm is KeyAlgorithm.ETHEREUM
    return KeyInfo(
        name,
        path,
        protection,
        known.algorithm,
        address=ethereum_address(key.public_key) if is_account else "",
        fingerprint=known.fingerprint,
        public_key=key.public_key,
    )


def _loaded(path: Path, data: bytes, password: bytes | None) -> PrivateKeyTypes | None:
    """Return the key in a file, or None where another password is needed."""
    load = load_ssh_private_key if _OPENSSH in data else load_pem_private_key
    try:
        return load(data, password)
    except TypeError:
        return None
    except UnsupportedAlgorithm:
        name = shlex.quote(str(path))
        hint = f"write it anew: openssl pkey -in {name} -aes256"
        if _OPENSSH in data:
            hint = f"take the password off a copy: cp {name} COPY && ssh-keygen -p -N '' -f COPY"
        raise KeyFileError(
            f"the key {path} is encrypted in a form that cannot be read", hint=hint
        ) from None
    except ValueError:
        if password is not None:
            return None
        raise KeyFileError(f"{path} is not a private key in PEM, or is damaged") from None


def _block(label: str, content: bytes) -> bytes:
    lines = "\n".join(wrap(b64encode(content).decode(), _LINE))
    return f"-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n".encode()
