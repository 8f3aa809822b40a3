"""Private keys under a password; cryptography, which reads them, is the witness."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from weightmark.adapters.key_files import pbes2

KEY = Ed25519PrivateKey.generate()
INFO = KEY.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
PASSWORD = b"correct horse"


@pytest.fixture
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pbes2, "ITERATIONS", 1)


def test_a_password_costs_what_owasp_asks_for() -> None:
    sealed = pbes2.encrypt(INFO, PASSWORD)
    assert b"\x02\x03" + (600_000).to_bytes(3) in sealed
    read = load_der_private_key(sealed, PASSWORD)
    assert read.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()) == INFO


@pytest.mark.usefixtures("_quick")
def test_it_opens_with_its_password_alone() -> None:
    sealed = pbes2.encrypt(INFO, PASSWORD)
    assert pbes2.decrypt(sealed, PASSWORD) == INFO
    assert pbes2.encrypt(INFO, PASSWORD) != sealed
    try:
        opened = pbes2.decrypt(sealed, b"another")
    except ValueError:
        opened = b""
    assert opened != INFO


@pytest.mark.usefixtures("_quick")
def test_what_was_not_written_so_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = pbes2.encrypt(INFO, PASSWORD)
    monkeypatch.setattr(pbes2, "PBKDF2HMAC", lambda *_: pytest.fail("it was computed"))
    hmac_sha1 = sealed.replace(bytes.fromhex("2a864886f70d0209"), bytes.fromhex("2a864886f70d0207"))
    assert hmac_sha1 != sealed
    for other in (b"", sealed[:-1], sealed + b"\0", hmac_sha1):
        with pytest.raises(ValueError, match=r"asn1|not AES"):
            pbes2.decrypt(other, PASSWORD)


def test_a_cost_without_bounds_is_not_paid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pbes2, "PBKDF2HMAC", lambda *_: pytest.fail("it was computed"))
    with pytest.raises(ValueError, match="bounds"):
        pbes2.decrypt(pbes2.encoded(b"salt", pbes2.MAX_ITERATIONS + 1, bytes(16), b""), PASSWORD)
    with pytest.raises(ValueError, match="bounds"):
        pbes2.decrypt(pbes2.encoded(b"salt", 1, bytes(15), b""), PASSWORD)


def test_what_libraries_write_by_themselves_costs_little() -> None:
    """It is why there is this module; where this fails, it may go."""
    weak = KEY.private_bytes(Encoding.DER, PrivateFormat.PKCS8, BestAvailableEncryption(PASSWORD))
    assert bytes.fromhex("02020800") in weak
