"""Key pairs in PEM: ours, and those of other tools."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from weightmark.adapters.key_files import forms, pbes2, pem
from weightmark.adapters.key_files.info import KeyInfo, Protection
from weightmark.adapters.signing.ethereum import PrivateKey
from weightmark.adapters.signing.private_keys import PrivateKeySigner
from weightmark.adapters.signing.public_keys import encoded
from weightmark.domain.signing_keys import KeyAlgorithm
from weightmark.errors import KeyFileError

PASSWORD = "correct horse"
PATH = Path("some/key.pem")
ED25519 = Ed25519PrivateKey.generate()
P256 = ec.generate_private_key(ec.SECP256R1())
RSA = rsa.generate_private_key(65537, 3072)
SECRET = b"\x11" * 32
ADDRESS = "0x19E7E376E7C213B7E7e7e46cc70A5dD086DAff2A"

# By ``ssh-keygen -t ed25519``, with that password.
OPENSSH_ENCRYPTED = b"""-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAGAAAABBCVTI/SG
ZYjlF9wWb1zfh+AAAAEAAAAAEAAAAzAAAAC3NzaC1lZDI1NTE5AAAAIIVtHpM++0IvD8oZ
VXMBxdevTuA/W4JVjAKy+sXV/kasAAAAkGG1HbtxUHqeUMhs0dAxWCi0vq8S+VjHXXuH+/
BpqylG2pT0Hj6N1Q62C1eAsEhX+NAy82eESe+44wtMTmAqATWfAzL+9MpHe0aOETrs20Y3
H4SecJn9ytXvEEp1z4StOhEPwxE26oTw/JeM+UOQs7ZC6m3nLve1Zz6EyzG1A8OpitqFSf
MAEQJDJ9S0rJNpaQ==
-----END OPENSSH PRIVATE KEY-----
"""


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pbes2, "ITERATIONS", 1)


def tell(_: str) -> str:
    return PASSWORD


def refuse(_: str) -> str:
    pytest.fail("a password was asked for")


def described(data: bytes) -> KeyInfo:
    return forms.describe("key", PATH, data)


def written(
    key: PrivateKeyTypes,
    form: PrivateFormat = PrivateFormat.PKCS8,
    encryption: KeySerializationEncryption | None = None,
) -> bytes:
    return key.private_bytes(Encoding.PEM, form, encryption or NoEncryption())


def test_a_file_of_ours_tells_its_public_key_and_opens_with_its_password_alone() -> None:
    data = forms.encode(PrivateKeySigner(ED25519), PASSWORD)
    info = described(data)
    assert info.protection is Protection.ENCRYPTED
    assert info.algorithm is KeyAlgorithm.ED25519
    assert info.public_key == encoded(ED25519.public_key())
    opened = forms.open_key(info, data, tell)
    assert isinstance(opened, PrivateKeySigner)
    assert opened.identity.fingerprint == info.fingerprint
    with pytest.raises(KeyFileError, match="the password is wrong") as caught:
        forms.open_key(info, data, lambda _: "another secret")
    assert "another" not in caught.value.message
    read = load_pem_private_key(data, PASSWORD.encode())
    assert encoded(read.public_key()) == info.public_key


def test_a_file_without_a_password() -> None:
    data = forms.encode(PrivateKeySigner(P256), None)
    info = described(data)
    assert (info.protection, info.is_encrypted) == (Protection.NONE, False)
    assert isinstance(forms.open_key(info, data, refuse), PrivateKeySigner)


def foreign() -> Iterator[object]:
    sealed = BestAvailableEncryption(PASSWORD.encode())
    for name, key in (("ed25519", ED25519), ("p256", P256), ("rsa", RSA)):
        yield pytest.param(key, written(key), id=f"{name} PKCS#8")
        yield pytest.param(key, written(key, encryption=sealed), id=f"{name} PKCS#8 encrypted")
        yield pytest.param(key, written(key, PrivateFormat.OpenSSH), id=f"{name} OpenSSH")
    traditional = PrivateFormat.TraditionalOpenSSL
    for name, key in (("SEC 1", P256), ("PKCS#1", RSA)):
        yield pytest.param(key, written(key, traditional), id=name)
        yield pytest.param(key, written(key, traditional, sealed), id=f"{name} encrypted")
    parameters = b"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
    yield pytest.param(P256, parameters + written(P256, traditional), id="SEC 1 and parameters")


@pytest.mark.parametrize(("key", "data"), [*foreign()])
def test_files_of_other_tools_open(key: PrivateKeyTypes, data: bytes) -> None:
    info = described(data)
    opened = forms.open_key(info, data, tell if info.is_encrypted else refuse)
    assert isinstance(opened, PrivateKeySigner)
    assert opened.public_key == encoded(key.public_key())
    assert info.is_encrypted is (b"ENCRYPTED" in data)
    # Only opening tells what is in a file that is encrypted by somebody else.
    assert (info.algorithm is None) is info.is_encrypted


@pytest.mark.parametrize("is_encrypted", [True, False])
def test_a_key_of_secp256k1_is_one_of_ethereum(is_encrypted: bool) -> None:
    key = ec.derive_private_key(int.from_bytes(SECRET), ec.SECP256K1())
    encryption = BestAvailableEncryption(PASSWORD.encode()) if is_encrypted else None
    data = written(key, encryption=encryption)
    opened = forms.open_key(described(data), data, tell)
    assert isinstance(opened, PrivateKey)
    assert (opened.reveal(), opened.address) == (SECRET, ADDRESS)
    assert described(data).address == ("" if is_encrypted else ADDRESS)


def test_a_public_key_alone_signs_nothing() -> None:
    data = pem.public_block(encoded(ED25519.public_key()))
    info = described(data)
    assert info.protection is Protection.PUBLIC
    with pytest.raises(KeyFileError, match="'key' is a public key alone"):
        forms.open_key(info, data, refuse)


def test_another_public_key_beside_a_private_one_is_noticed() -> None:
    ours, theirs = (
        forms.encode(PrivateKeySigner(key), PASSWORD)
        for key in (ED25519, Ed25519PrivateKey.generate())
    )
    mark = b"-----BEGIN PUBLIC KEY-----"
    mixed = ours.partition(mark)[0] + mark + theirs.partition(mark)[2]
    with pytest.raises(KeyFileError, match="another one than its file tells of"):
        forms.open_key(described(mixed), mixed, tell)


def test_public_keys_that_never_end_are_looked_at_once() -> None:
    sealed = forms.encode(PrivateKeySigner(ED25519), PASSWORD)
    mark = b"-----BEGIN PUBLIC KEY-----"
    found = described(sealed.partition(mark)[0] + mark * 40_000)
    assert found.protection is Protection.ENCRYPTED
    assert found.public_key == b""


@pytest.mark.parametrize(
    "data",
    [
        b"-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
        b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        b"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n",
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        written(ED25519)[:-40],
        written(ed448.Ed448PrivateKey.generate()),
    ],
    ids=["empty", "nonsense", "OpenSSH", "certificate", "cut", "ed448"],
)
def test_what_is_no_key(data: bytes) -> None:
    with pytest.raises(KeyFileError):
        described(data)


def test_a_short_key_of_rsa_does_not_open() -> None:
    data = written(rsa.generate_private_key(65537, 2048))
    with pytest.raises(KeyFileError, match="too short to sign"):
        forms.open_key(described(data), data, refuse)


def test_a_form_of_encryption_that_cannot_be_read() -> None:
    """OpenSSH encrypts with bcrypt, which no other file needs."""
    info = described(OPENSSH_ENCRYPTED)
    with pytest.raises(KeyFileError, match="in a form that cannot be read") as caught:
        forms.open_key(info, OPENSSH_ENCRYPTED, tell)
    # OpenSSL cannot read it, either.
    assert "ssh-keygen" in caught.value.hint
