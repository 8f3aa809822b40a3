"""Which form a file of a key has, and which passwords protect one; no key is stretched here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from weightmark.adapters.key_files import forms, keystore, pbes2
from weightmark.adapters.key_files.info import Protection, given_password, new_password
from weightmark.adapters.signing.ethereum import EthereumSigner, PrivateKey
from weightmark.adapters.signing.generation import generate_key
from weightmark.adapters.signing.private_keys import PrivateKeySigner
from weightmark.adapters.signing.shared_secret import SharedSecret
from weightmark.domain.signing_keys import KeyAlgorithm
from weightmark.errors import KeyFileError, UsageError

ACCOUNT = PrivateKey(b"\x11" * 32)
SECRET = SharedSecret(bytes(range(32)))
PAIR = PrivateKeySigner(Ed25519PrivateKey.generate())
ADDRESS = "0x19E7E376E7C213B7E7e7e46cc70A5dD086DAff2A"
PATH = Path("some/key")


def keystore_of(**members: object) -> bytes:
    return json.dumps({"address": ADDRESS, "crypto": {}, "version": 3, **members}).encode()


@pytest.mark.parametrize(
    ("data", "is_file"),
    [
        (b"{", True),
        (b"\n\t {", True),
        (b"Bag Attributes\n-----BEGIN X", True),
        (b"", False),
        (b"11" * 32, False),
        (b"0x" + b"11" * 32, False),
        (b"[{", False),
        (b"----BEGIN ", False),
    ],
)
def test_the_text_of_a_key_is_no_file_of_one(data: bytes, is_file: bool) -> None:
    assert forms.is_key_file(data) is is_file


def test_each_kind_of_key_has_its_suffix_and_its_signer() -> None:
    found = {forms.suffix_of(key): key for key in (SECRET, PAIR, ACCOUNT)}
    assert found == {".pem": PAIR, ".json": ACCOUNT}
    assert forms.signer_of(PAIR) is PAIR
    assert forms.signer_of(SECRET) is SECRET
    signer = forms.signer_of(ACCOUNT)
    assert isinstance(signer, EthereumSigner)
    assert signer.identity.algorithm is KeyAlgorithm.ETHEREUM


@pytest.mark.parametrize("key", [ACCOUNT, SECRET, PAIR], ids=["account", "secret", "pair"])
@pytest.mark.parametrize(
    ("password", "reason"), [("", "an empty password"), ("\udcff", "not UTF-8")]
)
def test_no_key_is_written_under_a_password_that_is_none(
    key: forms.Key, password: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pbes2, "PBKDF2HMAC", lambda *_: pytest.fail("it was computed"))
    monkeypatch.setattr(keystore, "_accounts", lambda: pytest.fail("it was computed"))
    with pytest.raises(KeyFileError, match=reason):
        forms.encode(key, password)


def test_an_account_is_always_encrypted() -> None:
    with pytest.raises(UsageError, match="always encrypted"):
        forms.encode(ACCOUNT, None)


def test_a_password_that_was_given_keeps_its_bytes() -> None:
    """Another tool may have taken bytes that are no UTF-8."""
    assert given_password("\udcff") == b"\xff"
    assert given_password("é") == new_password("é") == "é".encode()
    assert given_password("") == b""


@pytest.mark.parametrize("address", [ADDRESS, ADDRESS.lower(), ADDRESS[2:].lower()])
def test_a_keystore_tells_its_account_in_one_form(address: str) -> None:
    info = forms.describe("k", PATH, keystore_of(address=address, id="x"))
    assert (info.address, info.protection) == (ADDRESS, Protection.ENCRYPTED)
    assert (info.fingerprint, info.public_key) == ("", b"")


@pytest.mark.parametrize(
    "changes",
    [
        {"address": ""},
        {"address": ADDRESS[:-1]},
        {"address": ADDRESS + "0"},
        {"address": "g" * 40},
        {"address": None},
        {"crypto": []},
        {"version": "3"},
    ],
    ids=["empty", "short", "long", "no hex", "null", "a list", "a text"],
)
def test_what_is_no_keystore(changes: dict[str, object]) -> None:
    with pytest.raises(KeyFileError, match="some/key is not a keystore file"):
        forms.describe("k", PATH, keystore_of(**changes))


def test_the_key_of_this_machine_s_own_chains_comes_back() -> None:
    data = keystore.encode_embedded(ACCOUNT)
    info = forms.describe("k", PATH, data)
    assert (info.address, info.protection) == (ADDRESS, Protection.NONE)
    opened = forms.open_key(info, data, lambda _: pytest.fail("a password was asked for"))
    assert isinstance(opened, PrivateKey)
    assert opened.reveal() == ACCOUNT.reveal()
    with pytest.raises(KeyFileError):
        forms.describe("k", PATH, data[:-1] + b',"more":1}')


def test_a_damaged_key_of_one_s_own_chains_is_not_repeated() -> None:
    data = keystore.encode_embedded(ACCOUNT).replace(b"0x1111", b"0xzz11")
    with pytest.raises(KeyFileError, match="malformed") as caught:
        keystore.open_embedded(PATH, data)
    assert "11" not in caught.value.message


@pytest.mark.parametrize("bits", [0, 2048, 3071])
def test_no_key_of_rsa_is_made_that_is_too_short_to_sign(bits: int) -> None:
    with pytest.raises(KeyFileError, match=f"with {bits} bits is too short") as caught:
        generate_key(KeyAlgorithm.RSA_PSS_SHA256, bits)
    assert caught.value.hint == "take one with 3072 bits or more"


@pytest.mark.parametrize("algorithm", sorted({*KeyAlgorithm} - {KeyAlgorithm.RSA_PSS_SHA256}))
def test_keys_are_made_of_their_kind_and_anew(algorithm: KeyAlgorithm) -> None:
    one, other = (forms.signer_of(generate_key(algorithm)).identity for _ in range(2))
    assert one.algorithm is other.algorithm is algorithm
    assert one.fingerprint != other.fingerprint
