"""Keys: encrypted, readable by their owner alone from the first byte, never overwritten."""

from __future__ import annotations

import json
import os
import pty
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from tests.command import BINARIES, Weightmark
from tests.e2e.releases import Finished, assert_ends, document, write_model

pytestmark = pytest.mark.covered

PASSWORD = {"WEIGHTMARK_KEY_PASSWORD": "correct horse"}
HEXADECIMAL = "57" * 32
# The address of that key, from eth_account.
ADDRESS = "0x8B75dB8a458F25a728DCBc237C10e89CEa11d176"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def generate(weightmark: Weightmark, name: str = "release") -> Finished:
    return weightmark("keys", "generate", name, "--json", env=PASSWORD)


def test_a_key_is_encrypted_and_private(run_weightmark: Weightmark) -> None:
    made = document(generate(run_weightmark))
    path = Path(made["path"])
    assert path == run_weightmark.home / "keys/release.json"
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)
    keystore = json.loads(path.read_text("utf-8"))
    assert keystore["version"] == 3
    assert f"0x{keystore['address']}".lower() == made["address"].lower()
    assert {each.name for each in path.parent.iterdir()} == {"names.lock", "release.json"}

    before = path.read_bytes()
    assert_ends(generate(run_weightmark), 1, "'release' exists, and is left as it is")
    assert path.read_bytes() == before
    listed = document(run_weightmark("keys", "list", "--json"))
    assert listed == [made]
    assert document(run_weightmark("keys", "show", "release", "--json")) == made


def test_an_open_umask_opens_nothing_and_a_password_costs_a_second(
    run_weightmark: Weightmark,
) -> None:
    finished = subprocess.run(
        ["/bin/sh", "-c", 'umask 000; exec "$0" keys generate release', BINARIES / "weightmark"],
        env=run_weightmark.environment(env=PASSWORD),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert_ends(finished, 0)
    assert mode(run_weightmark.home / "keys") == 0o700
    path = run_weightmark.home / "keys/release.json"
    assert mode(path) == 0o600
    assert json.loads(path.read_bytes())["crypto"]["kdfparams"]["n"] == 2**18


def test_the_key_of_the_embedded_chain(run_weightmark: Weightmark, tmp_path: Path) -> None:
    model = write_model(tmp_path / "model")
    named = ("--name", "acme/digits", "--version", "1.0.0")
    assert_ends(run_weightmark("manifest", "create", model, *named), 0)
    assert mode(run_weightmark.home / "keys/local.json") == 0o600
    elsewhere = run_weightmark(
        "publish", model, *named, "--network", "base", "--key", "local", "--yes"
    )
    assert_ends(elsewhere, 4, "'local' is not encrypted", "chains of this machine alone")
    assert_ends(generate(run_weightmark, "local"), 4, "'local'")


def test_publishing_with_a_key(run_weightmark: Weightmark, tmp_path: Path) -> None:
    made = document(generate(run_weightmark))
    model = write_model(tmp_path / "model")
    publish = ("publish", model, "--name", "acme/digits", "--version", "1.0.0", "--key", "release")
    wrong = {"WEIGHTMARK_KEY_PASSWORD": "wrong"}
    assert_ends(run_weightmark(*publish, env=wrong), 4, "release.json", "the password is wrong")
    assert_ends(run_weightmark(*publish), 4, "nobody can be asked", "WEIGHTMARK_KEY_PASSWORD")
    missing = {"WEIGHTMARK_KEY_PASSWORD_FILE": str(tmp_path / "no-file")}
    assert_ends(run_weightmark(*publish, env=missing), 4, "no-file")

    password = tmp_path / "password"
    password.write_text("correct horse\n")
    right = {"WEIGHTMARK_KEY_PASSWORD_FILE": str(password)}
    assert_ends(run_weightmark(*publish, env=right), 0, made["address"])
    assert_ends(run_weightmark("verify", model), 0)


def test_a_key_from_a_file(run_weightmark: Weightmark, tmp_path: Path) -> None:
    given = tmp_path / "key.hex"
    given.write_text(f"0x{HEXADECIMAL}\n")
    imported = ("keys", "import", "theirs", "--from-file", given)
    finished = run_weightmark(*imported, env=PASSWORD)
    assert_ends(finished, 0, ADDRESS)
    assert_ends(run_weightmark(*imported, env=PASSWORD), 1, "'theirs' exists")
    path = shutil.copyfile(run_weightmark.home / "keys/theirs.json", tmp_path / "copy.json")
    assert_ends(run_weightmark("keys", "show", path), 0, ADDRESS)


@pytest.mark.parametrize("text", ["", "zz" * 32, "00" * 32, "ff" * 32, HEXADECIMAL + "57"])
def test_what_is_no_private_key(run_weightmark: Weightmark, tmp_path: Path, text: str) -> None:
    given = tmp_path / "key.hex"
    given.write_text(text)
    finished = run_weightmark("keys", "import", "theirs", "--from-file", given, env=PASSWORD)
    assert_ends(finished, 4, "key.hex holds no key of a form that is known", "64 hex digits")
    assert not (run_weightmark.home / "keys/theirs.json").exists()


@pytest.mark.parametrize("name", ["../escape", "a/b", "", "UPPER", "-x", "a\x1b[2Jb"])
def test_what_is_no_name_of_a_key(run_weightmark: Weightmark, name: str) -> None:
    finished = run_weightmark("keys", "generate", "--", name, env=PASSWORD)
    assert_ends(finished, 4, "cannot be the name of a key")
    assert "\x1b" not in finished.stderr
    assert list(run_weightmark.home.iterdir()) == []


def test_an_empty_password(run_weightmark: Weightmark) -> None:
    empty = {"WEIGHTMARK_KEY_PASSWORD": ""}
    finished = run_weightmark("keys", "generate", "release", env=empty)
    assert_ends(finished, 4, "an empty password does not protect a key")
    assert list(run_weightmark.home.iterdir()) == []


@pytest.mark.parametrize("content", [b"garbage", b"{}", b'{"crypto":{}}', b"[" * 100_000])
def test_what_is_no_keystore(run_weightmark: Weightmark, content: bytes) -> None:
    folder = run_weightmark.home / "keys"
    folder.mkdir()
    (folder / "broken.json").write_bytes(content)
    assert_ends(run_weightmark("keys", "show", "broken"), 4, "broken.json")


def typed(weightmark: Weightmark, arguments: list[str], answers: list[bytes]) -> tuple[int, bytes]:
    """Run a command at a terminal, answer each question, and return status and screen."""
    child, terminal = pty.fork()
    if child == 0:
        program = str(BINARIES / "weightmark")
        os.execve(program, [program, *arguments], weightmark.environment())
    screen = b""
    for answer in answers:
        question = b""
        while not question.rstrip().endswith(b":"):
            question += os.read(terminal, 1000)
        screen += question
        os.write(terminal, answer + b"\n")
    try:
        while chunk := os.read(terminal, 1000):
            screen += chunk
    except OSError:
        pass  # Linux reports the end of a terminal's other side as an error.
    finally:
        os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), screen


def test_a_password_that_is_typed(run_weightmark: Weightmark) -> None:
    arguments = ["keys", "generate", "release"]
    status, screen = typed(run_weightmark, arguments, [b"hidden one", b"hidden two"])
    assert status == 4
    assert b"the two passwords differ" in screen
    assert b"hidden" not in screen
    status, screen = typed(run_weightmark, arguments, [b"hidden one", b"hidden one"])
    assert status == 0, screen
    assert b"hidden" not in screen
