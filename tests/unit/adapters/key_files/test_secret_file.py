"""Shared secrets in files."""

from __future__ import annotations

from pathlib import Path

import pytest

from weightmark.adapters.key_files import forms, pbes2
from weightmark.adapters.key_files.info import KeyInfo, Protection
from weightmark.adapters.signing.shared_secret import SharedSecret
from weightmark.domain.signing_keys import KeyAlgorithm
from weightmark.errors import KeyFileError, UsageError

PASSWORD = "correct horse"
SECRET = SharedSecret(bytes(range(40)))


@pytest.fixture
def data(monkeypatch: pytest.MonkeyPatch) -> bytes:
    monkeypatch.setattr(pbes2, "ITERATIONS", 1)
    return forms.encode(SECRET, PASSWORD)


def described(data: bytes) -> KeyInfo:
    return forms.describe("key", Path("key.pem"), data)


def test_a_secret_opens_with_its_password_alone(data: bytes) -> None:
    info = described(data)
    assert info.protection is Protection.ENCRYPTED
    assert info.algorithm is KeyAlgorithm.HMAC_SHA256
    assert info.fingerprint == SECRET.identity.fingerprint
    opened = forms.open_key(info, data, lambda _: PASSWORD)
    assert isinstance(opened, SharedSecret)
    assert opened.reveal() == SECRET.reveal()
    with pytest.raises(KeyFileError, match="the password is wrong, or it is damaged"):
        forms.open_key(info, data, lambda _: "another")


def test_another_fingerprint_is_noticed(data: bytes) -> None:
    other = data.replace(SECRET.identity.fingerprint.encode(), b"0" * 64)
    with pytest.raises(KeyFileError, match="another one than its file tells of"):
        forms.open_key(described(other), other, lambda _: PASSWORD)


def test_a_damaged_file(data: bytes) -> None:
    lines = data.splitlines(keepends=True)
    damaged = b"".join([*lines[:2], *lines[3:]])
    with pytest.raises(KeyFileError, match="or it is damaged"):
        forms.open_key(described(damaged), damaged, lambda _: PASSWORD)


def test_a_secret_is_always_encrypted() -> None:
    with pytest.raises(UsageError, match="always encrypted"):
        forms.encode(SECRET, None)
