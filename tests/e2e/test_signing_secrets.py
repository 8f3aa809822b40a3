"""Planted secrets of keys that sign models: none is in any output, traceback, argument or file."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.command import Weightmark
from tests.e2e.releases import assert_ends, write_model
from tests.softhsm import PIN, Token
from weightmark.cli.main import program

SCALAR = bytes.fromhex("5ec2e7" + "59" * 29)
SHARED = b"planted-shared-secret-of-the-team"
PASSWORD = b"planted-password-of-all-keys"
SECRETS = (SCALAR, SHARED, PASSWORD, PIN.encode())
PUBLISHER = "0x52908400098527886E0F7030069857D2E4169EE7"
ENVIRONMENT = {
    "WEIGHTMARK_KEY_PASSWORD": PASSWORD.decode(),
    "WEIGHTMARK_PKCS11_PIN": PIN,
    "WEIGHTMARK_DEBUG": "1",
}
BLOCK = re.compile(rb"-----BEGIN [A-Z ]+-----\n([A-Za-z0-9+/=\n]+)-----END")


def told_by(data: bytes) -> list[bytes]:
    """Return the secrets in data, or in the PEM that it holds, as they are, in hex or base64."""
    held = [data, *map(b64decode, BLOCK.findall(data))]
    return [
        secret
        for secret in SECRETS
        if any(
            form in each
            for each in (*held, data.lower())
            for form in (secret, secret.hex().encode(), b64encode(secret)[:-4])
        )
    ]


def files_that_tell(*folders: Path) -> dict[str, list[bytes]]:
    files = (path for folder in folders for path in folder.rglob("*") if path.is_file())
    return {path.name: told for path in files if (told := told_by(path.read_bytes()))}


@pytest.fixture
def weightmark(run_weightmark: Weightmark, tmp_path: Path) -> Iterator[Weightmark]:
    """Return the command with keys that hold the secrets, and look through all files at the end."""
    private = ec.derive_private_key(int.from_bytes(SCALAR), ec.SECP256R1())
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    given = tmp_path / "given"
    for name, content, algorithm in (
        ("release", pem, "ecdsa-p256-sha256"),
        ("team", SHARED, "hmac-sha256"),
    ):
        given.write_bytes(content)
        assert told_by(given.read_bytes()) != []
        imported = ("keys", "import", name, "--from-file", given, "--algorithm", algorithm)
        finished = run_weightmark(*imported, env=ENVIRONMENT)
        assert_ends(finished, 0)
        assert told_by((finished.stdout + finished.stderr).encode()) == []
    given.unlink()
    yield run_weightmark
    assert files_that_tell(run_weightmark.home, tmp_path) == {}


@pytest.mark.parametrize("as_json", [(), ("--json",)], ids=["text", "JSON"])
def test_no_command_tells_a_secret(
    weightmark: Weightmark, tmp_path: Path, token: Token, as_json: tuple[str, ...]
) -> None:
    model = write_model(tmp_path / "model")
    create: tuple[str | Path, ...] = ("signature", "create", model, "--replace", *as_json, "--key")
    verify: tuple[str | Path, ...] = ("signature", "verify", model, *as_json)
    wrong = {"WEIGHTMARK_KEY_PASSWORD": f"{PASSWORD.decode()}-mistyped"}
    pin = {"WEIGHTMARK_PKCS11_PIN": f"{PIN}-mistyped"}
    own = {"WEIGHTMARK_KEY_RELEASE_PASSWORD": f"{PASSWORD.decode()}-of-another"}
    named = ("--name", "acme/digits", "--version", "1", "--publisher", PUBLISHER)
    describe: tuple[str | Path, ...] = ("manifest", "create", model, *named, *as_json, "--sign-key")
    runs: list[tuple[int, tuple[str | Path, ...], dict[str, str]]] = [
        (0, ("keys", "list", *as_json), {}),
        (0, ("keys", "show", "release", "--public", *as_json), {}),
        (4, ("keys", "show", "team", "--public", *as_json), {}),
        (1, ("keys", "generate", "team", *as_json), {}),
        (4, (*describe, "release"), own),
        (0, (*describe, "release"), {}),
        (4, (*create, "release"), wrong),
        (4, (*create, "team"), wrong),
        (4, (*create, token.uri("p256")), pin),
        (0, (*create, token.uri("p256")), {}),
        (0, (*create, "release"), {}),
        (0, (*create, "team"), {}),
        (0, (*verify, "--public-key", "release", "--hmac-key", "team"), {}),
        (4, (*verify, "--hmac-key", "team"), wrong),
    ]
    for status, arguments, environment in runs:
        finished = weightmark(*arguments, env={**ENVIRONMENT, **token.settings, **environment})
        assert finished.returncode == status, (arguments, finished.stdout, finished.stderr)
        output = finished.stdout + finished.stderr
        assert told_by(output.encode()) == []
        assert "Traceback" not in output


def commands(group: click.Command, name: str = "weightmark") -> Iterator[tuple[str, click.Command]]:
    """Return every command, with the words that run it."""
    if not isinstance(group, click.Group):
        yield name, group
        return
    context = click.Context(group)
    for word in group.list_commands(context):
        found = group.get_command(context, word)
        assert found is not None
        yield from commands(found, f"{name} {word}")


def test_no_option_takes_a_secret() -> None:
    """Arguments are in the list of processes: those that are near secrets name files or keys."""
    near = re.compile("password|passphrase|pin|secret|hmac|private|mnemonic|seed")
    taking = {
        f"{name} {option}"
        for name, command in commands(program)
        for parameter in command.params
        for option in parameter.opts
        if near.search(option) and not getattr(parameter, "is_flag", False)
    }
    named = {each.partition(" --")[2] for each in taking}
    assert named == {"hmac-key"}


def test_what_is_not_encrypted_is_found(run_weightmark: Weightmark, tmp_path: Path) -> None:
    """The search through files would see a key."""
    private = ec.derive_private_key(int.from_bytes(SCALAR), ec.SECP256R1())
    given = tmp_path / "given"
    given.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    imported = ("keys", "import", "open", "--from-file", given, "--no-password")
    assert_ends(run_weightmark(*imported), 0)
    assert files_that_tell(run_weightmark.home) == {"open.pem": [SCALAR]}
