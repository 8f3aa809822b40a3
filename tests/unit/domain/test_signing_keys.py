"""Fingerprints and algorithms of signing keys."""

from __future__ import annotations

import hashlib

import pytest

from weightmark.domain.registry import FOREVER, SigningKeyWord
from weightmark.domain.signing_keys import (
    ALGORITHMS_BY_LABEL,
    KeyAlgorithm,
    KeyIdentity,
    algorithm_label,
    ethereum_address,
    parse_fingerprint,
)
from weightmark.errors import ValueFormatError


def test_algorithms_have_the_labels_of_manifests_and_the_numbers_of_the_registry() -> None:
    assert {label: int(each) for label, each in ALGORITHMS_BY_LABEL.items()} == {
        "hmac-sha256": 0,
        "ecdsa-p256-sha256": 1,
        "ecdsa-p384-sha384": 2,
        "ecdsa-p521-sha512": 3,
        "ed25519": 4,
        "rsa-pss-sha256": 5,
        "ethereum": 6,
    }
    assert (algorithm_label(4), algorithm_label(99)) == ("ed25519", "99")


def test_only_an_hmac_is_a_shared_secret() -> None:
    shared = [each for each in KeyAlgorithm if each.is_shared_secret]
    assert shared == [KeyAlgorithm.HMAC_SHA256]


def test_the_identity_of_a_public_key_is_its_hash() -> None:
    identity = KeyIdentity.of_public_key(KeyAlgorithm.ED25519, b"a key")
    assert identity.algorithm is KeyAlgorithm.ED25519
    assert identity.fingerprint == hashlib.sha256(b"a key").hexdigest()


def test_the_account_of_a_public_key() -> None:
    # The private key is 1: the point is the generator of SEC 2, section 2.4.1.
    generator = (
        "0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
        "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8"
    )
    public_key = bytes.fromhex(f"3056301006072a8648ce3d020106052b8104000a034200{generator}")
    assert ethereum_address(public_key) == "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"


@pytest.mark.parametrize("text", ["ab" * 32, "0x" + "AB" * 32])
def test_a_fingerprint_is_read(text: str) -> None:
    assert parse_fingerprint(text) == b"\xab" * 32


@pytest.mark.parametrize("text", ["", "ab" * 31, "ab" * 33, "0x", "g" * 64, "ab" * 32 + "\n"])
def test_what_is_no_fingerprint(text: str) -> None:
    with pytest.raises(ValueFormatError):
        parse_fingerprint(text)


def test_a_word_is_read_as_the_contract_packs_it() -> None:
    word = 4 << 240 | FOREVER << 200 | 1_000 << 160
    key = SigningKeyWord.unpack(word)
    assert key == SigningKeyWord(4, 1_000, FOREVER)
    assert (key.is_valid_at(999), key.is_valid_at(1_000)) == (False, True)
    assert SigningKeyWord.unpack(0) is None
