"""Signatures of earlier tools, under their keys and under others."""

from __future__ import annotations

import pytest

from tests.earlier import KEYS, MODELSEAL, SIGNED, key_in, signature_beside
from weightmark.adapters.signing.earlier import EarlierPublicKey
from weightmark.domain.earlier.parsing import parse
from weightmark.domain.earlier.values import EarlierManifest, Scheme
from weightmark.domain.signing_keys import KeyAlgorithm
from weightmark.errors import ManifestError


def is_signed(earlier: EarlierManifest, beside: bytes | None, key: EarlierPublicKey) -> bool:
    signature = beside if earlier.signature is None else earlier.signature
    return signature is not None and key.verify(earlier.scheme, earlier.message, signature)


@pytest.mark.parametrize("name", SIGNED)
def test_what_was_signed_verifies(name: str) -> None:
    path, key = SIGNED[name]
    earlier = parse(path.read_bytes())
    assert isinstance(earlier, EarlierManifest)
    assert is_signed(earlier, signature_beside(path), key_in(key))
    for other in ("other-rsa.pub", "other-ed25519.pub", "p384.pub"):
        assert not is_signed(earlier, signature_beside(path), key_in(KEYS / other))


@pytest.mark.parametrize("name", SIGNED)
def test_no_byte_that_is_signed_can_be_another(name: str) -> None:
    """One bit of each byte is flipped: the file is refused, or tells the same of what is signed."""
    path, key_file = SIGNED[name]
    key, data, beside = key_in(key_file), path.read_bytes(), signature_beside(path)
    genuine = parse(data)
    assert isinstance(genuine, EarlierManifest)
    for index in range(len(data)):
        altered = bytearray(data)
        altered[index] ^= 1
        try:
            earlier = parse(bytes(altered))
        except ManifestError:
            continue
        assert isinstance(earlier, EarlierManifest)
        if is_signed(earlier, beside, key):
            assert (earlier.files, earlier.covered) == (genuine.files, genuine.covered), index
            assert earlier.description == genuine.description, index


@pytest.mark.parametrize("name", ["HashTraceAI, beside", "HashTraceAI, inside"])
def test_no_byte_of_a_signature_can_be_another(name: str) -> None:
    path, key_file = SIGNED[name]
    key, earlier = key_in(key_file), parse(path.read_bytes())
    assert isinstance(earlier, EarlierManifest)
    signature = earlier.signature or signature_beside(path) or b""
    for index in range(len(signature)):
        altered = bytearray(signature)
        altered[index] ^= 1
        assert not key.verify(earlier.scheme, earlier.message, bytes(altered)), index
    assert not key.verify(earlier.scheme, earlier.message, b"")


def test_a_scheme_counts_for_its_own_kind_of_key() -> None:
    """Modelseal signs with P-384 as well, and calls it P-256."""
    earlier = parse((MODELSEAL["p256"].with_name("p384.json")).read_bytes())
    assert isinstance(earlier, EarlierManifest)
    key = key_in(KEYS / "p384.pub")
    assert key.identity.algorithm is KeyAlgorithm.ECDSA_P384_SHA384
    assert key.holds(earlier.public_key)
    assert not is_signed(earlier, None, key)


def test_the_padding_is_the_one_of_the_form() -> None:
    path, key = SIGNED["HashTraceAI, files alone"]
    earlier = parse(path.read_bytes())
    assert isinstance(earlier, EarlierManifest)
    assert not key_in(key).verify(Scheme.RSA_PKCS1, earlier.message, earlier.signature or b"")


def test_the_key_that_a_file_carries() -> None:
    earlier = parse(MODELSEAL["ed25519"].read_bytes())
    assert isinstance(earlier, EarlierManifest)
    assert key_in(KEYS / "ed25519.pub").holds(earlier.public_key)
    assert not key_in(KEYS / "other-ed25519.pub").holds(earlier.public_key)
    assert not key_in(KEYS / "ed25519.pub").holds(b"nonsense")
