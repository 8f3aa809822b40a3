"""Public keys in files; the vectors were made with ``openssl``."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from weightmark.adapters.signing.public_key_files import read_public_key
from weightmark.domain.signing_keys import KeyAlgorithm, KeyIdentity
from weightmark.errors import KeyFileError

# RFC 8410, section 10.1.
ED25519_PEM = b"""-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PUBLIC KEY-----
"""
ED25519_INFO = bytes.fromhex(
    "302a300506032b657003210019bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1"
)


def pem(key: PrivateKeyTypes, encoding: Encoding = Encoding.PEM) -> bytes:
    return key.public_key().public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)


def test_a_fingerprint_is_of_the_subject_public_key_info() -> None:
    expected = KeyIdentity(KeyAlgorithm.ED25519, hashlib.sha256(ED25519_INFO).hexdigest())
    assert read_public_key(ED25519_PEM, "key.pem").identity == expected
    assert read_public_key(ED25519_INFO, "key.der").identity == expected


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (ec.generate_private_key(ec.SECP256R1()), KeyAlgorithm.ECDSA_P256_SHA256),
        (ec.generate_private_key(ec.SECP384R1()), KeyAlgorithm.ECDSA_P384_SHA384),
        (ec.generate_private_key(ec.SECP521R1()), KeyAlgorithm.ECDSA_P521_SHA512),
        (ec.generate_private_key(ec.SECP256K1()), KeyAlgorithm.ETHEREUM),
        (ed25519.Ed25519PrivateKey.generate(), KeyAlgorithm.ED25519),
        (rsa.generate_private_key(65537, 2048), KeyAlgorithm.RSA_PSS_SHA256),
    ],
    ids=lambda value: value.label if isinstance(value, KeyAlgorithm) else "key",
)
def test_a_key_tells_its_algorithm(key: PrivateKeyTypes, algorithm: KeyAlgorithm) -> None:
    found = read_public_key(pem(key), "key")
    assert found.identity.algorithm is algorithm
    assert found.public_key == pem(key, Encoding.DER)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no public key"),
        (b"\xff" * 100, "no public key"),
        (ED25519_PEM[:60], "no public key"),
        (ED25519_INFO[:-1], "no public key"),
        (ED25519_PEM * 2, "more than one key"),
        (pem(ed448.Ed448PrivateKey.generate()), "signs nothing here"),
        (
            pem(ec.generate_private_key(ec.BrainpoolP256R1())),
            "signs nothing here",
        ),
    ],
    ids=["empty", "bytes", "cut", "short", "two", "ed448", "brainpool"],
)
def test_what_is_no_key_for_manifests(data: bytes, reason: str) -> None:
    with pytest.raises(KeyFileError, match=reason):
        read_public_key(data, "key")


def other_forms() -> Iterator[tuple[str, bytes]]:
    """Return what OpenSSL reads as well, and a name for each."""
    curve = ec.generate_private_key(ec.SECP256R1()).public_key()
    point = curve.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    named = bytes.fromhex("3039301306072a8648ce3d020106082a8648ce3d030107032200")
    yield "compressed", named + point
    armour = b"-----%b PUBLIC KEY-----\n"
    yield "compressed", armour % b"BEGIN" + b64encode(named + point) + b"\n" + armour % b"END"
    numbers = rsa.generate_private_key(65537, 2048).public_key()
    yield "pkcs1", numbers.public_bytes(Encoding.PEM, PublicFormat.PKCS1)


@pytest.mark.parametrize(("name", "data"), [*other_forms()], ids=["DER", "PEM", "PKCS #1"])
def test_a_key_in_another_form_would_have_two_fingerprints(name: str, data: bytes) -> None:
    with pytest.raises(KeyFileError, match="another form") as caught:
        read_public_key(data, f"a {name}.pem")
    assert f"-in 'a {name}.pem' -pubout" in caught.value.hint


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_lines_may_end_and_break_anywhere(end: bytes) -> None:
    text = b"Public-Key: (256 bit)\n" + ED25519_PEM.replace(b"lwhQhq", b"lwh\nQhq").replace(
        b"\n", end
    )
    assert read_public_key(text, "key.pem").public_key == ED25519_INFO


def test_a_private_key_is_not_taken_and_not_shown() -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    data = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(KeyFileError) as caught:
        read_public_key(data, "key.pem")
    assert "-pubout" in caught.value.hint
    assert data.splitlines()[1].decode() not in caught.value.message
