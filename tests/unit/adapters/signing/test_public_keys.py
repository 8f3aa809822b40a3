"""Which public keys count, and which forms of a signature."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, padding, rsa, x25519
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from weightmark.adapters.signing.private_keys import PrivateKeySigner
from weightmark.adapters.signing.public_keys import PublicKeyring, encoded, verifier_of
from weightmark.errors import KeyFileError

MESSAGE = b"a message"
# The order of P-256 (SEC 2, section 2.4.2).
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@pytest.fixture(scope="module")
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.mark.parametrize(
    "key",
    [
        ed448.Ed448PrivateKey.generate(),
        x25519.X25519PrivateKey.generate(),
        ec.generate_private_key(ec.BrainpoolP256R1()),
        ec.generate_private_key(ec.SECP224R1()),
    ],
    ids=["ed448", "x25519", "brainpool", "p224"],
)
def test_kinds_that_do_not_count(key: ed448.Ed448PrivateKey) -> None:
    with pytest.raises(KeyFileError, match="signs nothing here"):
        PublicKeyring().verifier(encoded(key.public_key()))
    with pytest.raises(KeyFileError, match="signs nothing here"):
        PrivateKeySigner(key)


@pytest.mark.parametrize(
    ("exponent", "bits"), [(65537, 2047), (65537, 16385), (3, 2048), (65535, 2048)]
)
def test_sizes_of_rsa_that_do_not_count(exponent: int, bits: int) -> None:
    numbers = rsa.RSAPublicNumbers(exponent, 2 ** (bits - 1) + 1)
    with pytest.raises(KeyFileError):
        verifier_of(numbers.public_key())


def test_a_short_key_verifies_and_does_not_sign(rsa_key: rsa.RSAPrivateKey) -> None:
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    signature = rsa_key.sign(MESSAGE, pss, hashes.SHA256())
    assert verifier_of(rsa_key.public_key()).verify(MESSAGE, signature)
    with pytest.raises(KeyFileError, match="2048 bits is too short to sign"):
        PrivateKeySigner(rsa_key)


@pytest.mark.parametrize(
    ("scheme", "digest"),
    [
        (padding.PKCS1v15(), hashes.SHA256()),
        (padding.PSS(padding.MGF1(hashes.SHA256()), 20), hashes.SHA256()),
        (padding.PSS(padding.MGF1(hashes.SHA512()), 32), hashes.SHA256()),
        (padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA384()),
    ],
    ids=["PKCS#1 v1.5", "salt", "MGF", "hash"],
)
def test_other_schemes_of_rsa_do_not_verify(
    rsa_key: rsa.RSAPrivateKey, scheme: padding.PSS, digest: hashes.HashAlgorithm
) -> None:
    signature = rsa_key.sign(MESSAGE, scheme, digest)
    assert not verifier_of(rsa_key.public_key()).verify(MESSAGE, signature)


def test_other_forms_of_an_ecdsa_signature() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    verifier = verifier_of(key.public_key())
    signature = key.sign(MESSAGE, ec.ECDSA(hashes.SHA256()))
    r, s = decode_dss_signature(signature)
    raw = r.to_bytes(32) + s.to_bytes(32)
    long_form = b"\x30\x81" + signature[1:]
    other_hash = key.sign(MESSAGE, ec.ECDSA(hashes.SHA384()))
    refused = (raw, long_form, other_hash, encode_dss_signature(0, s), encode_dss_signature(r, 0))
    assert not any(verifier.verify(MESSAGE, each) for each in refused)
    # Both values of s verify: no identity is built on the bytes of a signature.
    assert verifier.verify(MESSAGE, encode_dss_signature(r, P256_ORDER - s))


def test_another_form_of_a_key_is_refused() -> None:
    """It would have another fingerprint: here the point is compressed."""
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    point = public.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    head = bytes.fromhex("3039301306072a8648ce3d020106082a8648ce3d030107032200")
    with pytest.raises(KeyFileError, match="not in its usual form"):
        PublicKeyring().verifier(head + point)
