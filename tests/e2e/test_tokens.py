"""Keys on a token sign without leaving it; SoftHSM is the token."""

from __future__ import annotations

from pathlib import Path

import pkcs11
import pytest
from pkcs11 import Attribute, ObjectClass

from tests.command import Weightmark
from tests.e2e.releases import Finished, assert_ends, document, write_model
from tests.softhsm import LABEL, PIN, Token

pytestmark = pytest.mark.covered


def sign(weightmark: Weightmark, model: Path, token: Token, uri: str, pin: str = PIN) -> Finished:
    environment = {**token.settings, "WEIGHTMARK_PKCS11_PIN": pin}
    return weightmark("signature", "create", model, "--key", uri, "--json", env=environment)


def assert_silent(finished: Finished) -> None:
    assert PIN not in finished.stdout + finished.stderr


@pytest.mark.parametrize(
    ("key", "name"), [("p256", "model.sig"), ("rsa", "weightmark.sig")], ids=["P-256", "RSA"]
)
def test_a_key_signs_and_stays(
    run_weightmark: Weightmark, tmp_path: Path, token: Token, key: str, name: str
) -> None:
    model = write_model(tmp_path / "model")
    signed = sign(run_weightmark, model, token, token.uri(key))
    assert_ends(signed, 0)
    assert_silent(signed)
    assert (model / name).exists()
    fingerprint = document(signed)["key"]
    verified = run_weightmark("signature", "verify", model, "--fingerprint", fingerprint)
    assert_ends(verified, 0)
    with pkcs11.lib(str(token.module)).get_token(token_label=LABEL).open(user_pin=PIN) as session:
        private = session.get_key(ObjectClass.PRIVATE_KEY, label=key)
        assert private[Attribute.EXTRACTABLE] is False
        assert private[Attribute.NEVER_EXTRACTABLE] is True


def test_a_pin_from_a_file(run_weightmark: Weightmark, tmp_path: Path, token: Token) -> None:
    model = write_model(tmp_path / "model")
    pin = tmp_path / "pin"
    pin.write_text(f"{PIN}\n")
    settings = {**token.settings, "WEIGHTMARK_PKCS11_PIN_FILE": str(pin)}
    create = ("signature", "create", model, "--key", token.uri("p256"))
    finished = run_weightmark(*create, env=settings)
    assert_ends(finished, 0)
    assert_silent(finished)
    nobody = run_weightmark(*create, "--replace", "--out", tmp_path / "other", env=token.settings)
    assert_ends(nobody, 4, "PIN of the token demo is needed", "WEIGHTMARK_PKCS11_PIN")


def test_what_a_token_refuses(run_weightmark: Weightmark, tmp_path: Path, token: Token) -> None:
    model = write_model(tmp_path / "model")
    broken = Token(tmp_path / "no-module.so", token.settings)
    refusals = [
        (4, token.uri("p256"), "wrong-pin", "the PIN of the token 'demo' is wrong"),
        (4, token.uri("nothing"), PIN, "the token holds no public key of that name"),
        (4, token.uri("short"), PIN, "2048 bits is too short to sign"),
        (3, token.uri("p256", "other"), PIN, "there is no token 'other'"),
        (3, broken.uri("p256"), PIN, "no-module.so"),
        (4, f"{token.uri('p256')}&pin-value={PIN}", PIN, "a PIN is no argument"),
    ]
    for status, uri, pin, reason in refusals:
        finished = sign(run_weightmark, model, token, uri, pin)
        assert_silent(finished)
        assert finished.returncode == status, finished.stdout
        assert reason in document(finished)["error"]["message"]
    assert sorted(path.name for path in model.iterdir() if path.suffix == ".sig") == []


def test_a_key_on_a_token_does_nothing_else(
    run_weightmark: Weightmark, tmp_path: Path, token: Token
) -> None:
    model = write_model(tmp_path / "model")
    secretive = f"{token.uri('p256')}&pin-value={PIN}"
    publish = ("publish", model, "--name", "acme/digits", "--version", "1", "--key", secretive)
    for arguments in (publish, ("keys", "show", secretive)):
        finished = run_weightmark(*arguments, env=token.settings)
        assert_ends(finished, 4, "a key on a token signs models")
        assert_silent(finished)


def test_a_file_in_the_working_directory_chooses_no_library(
    run_weightmark: Weightmark, tmp_path: Path, token: Token
) -> None:
    (tmp_path / "weightmark.toml").write_text(f'key = "{token.uri("p256")}"\n')
    model = write_model(tmp_path / "model")
    finished = run_weightmark("signature", "create", model, cwd=tmp_path, env=token.settings)
    assert_ends(finished, 4, "weightmark.toml names a key on a token, and so a library to load")
