"""Which publisher, which account and which key a command means."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.unit.services.world import ALICE
from weightmark.bootstrap.application import Application
from weightmark.bootstrap.publishers import authority_of, signing_key_of, state_of
from weightmark.domain.signing_keys import KeyAlgorithm
from weightmark.errors import (
    InputError,
    KeyFileError,
    MissingPathError,
    NoKeyError,
    UsageError,
    ValueFormatError,
)


@pytest.fixture
def key(tmp_path: Path) -> tuple[str, bytes]:
    """Return the path of a public key, and its fingerprint."""
    public = Ed25519PrivateKey.generate().public_key()
    path = tmp_path / "key.pem"
    path.write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    info = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return str(path), hashlib.sha256(info).digest()


def test_a_key_file_tells_its_algorithm(key: tuple[str, bytes]) -> None:
    path, fingerprint = key
    assert signing_key_of(path, None) == (fingerprint, KeyAlgorithm.ED25519)
    assert signing_key_of(path, KeyAlgorithm.ED25519) == (fingerprint, KeyAlgorithm.ED25519)
    with pytest.raises(UsageError, match="a key of ed25519"):
        signing_key_of(path, KeyAlgorithm.RSA_PSS_SHA256)


def test_a_fingerprint_needs_an_algorithm() -> None:
    found = signing_key_of("07" * 32, KeyAlgorithm.ETHEREUM)
    assert found == (b"\x07" * 32, KeyAlgorithm.ETHEREUM)
    with pytest.raises(UsageError, match="does not tell its algorithm"):
        signing_key_of("07" * 32, None)


def test_a_shared_secret_is_no_key_of_a_publisher() -> None:
    with pytest.raises(UsageError, match="proves nothing to others"):
        signing_key_of("07" * 32, KeyAlgorithm.HMAC_SHA256)


def test_what_is_no_key_file(tmp_path: Path) -> None:
    with pytest.raises(MissingPathError):
        signing_key_of(str(tmp_path / "nothing.pem"), None)
    with pytest.raises(InputError):
        signing_key_of(str(tmp_path), None)
    text = tmp_path / "text"
    text.write_text("no key")
    with pytest.raises(KeyFileError):
        signing_key_of(str(text), None)


def test_an_authority_is_an_index_or_an_account() -> None:
    assert authority_of("12") == 12
    assert authority_of(ALICE.lower()) == ALICE
    for wrong in ("", "-1", "1.5", "me", "0x12", "\u0661", "1" * 11):
        with pytest.raises(ValueFormatError):
            authority_of(wrong)


@pytest.mark.parametrize("network", ["sepolia", "local"])
def test_without_a_publisher_a_key_and_me_all_of_them_are_asked_for(
    tmp_path: Path, network: str
) -> None:
    options = {"data_dir": str(tmp_path), "network": network, "rpc_url": "http://127.0.0.1:1"}
    application = Application.load(options, {}, tmp_path)
    with pytest.raises(NoKeyError, match=f"for '{network}', and no publisher") as caught:
        state_of(application, None)
    assert "--key" in caught.value.hint
    with pytest.raises(ValueFormatError, match="is called 'me'"):
        state_of(application, "me")
