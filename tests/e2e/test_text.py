"""Text from outside is escaped wherever it is shown; JSON says the same, escaped as JSON does."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.command import Weightmark
from tests.e2e.releases import (
    Finished,
    Release,
    assert_ends,
    document,
    edit_manifest,
    problems,
    publish,
    write_model,
)

# An escape sequence, a C1 control, DEL, a bidirectional override and a line separator.
ACTING = ("\x1b", "\x9b", "\x7f", "\u202e", "\u2028")
NASTY = "nasty\x1b[2J\x9b\x7f\u202egpj.exe\u2028"
BIDIRECTIONAL = "safe\u202egpj.exe"


def assert_harmless(finished: Finished) -> None:
    output = finished.stdout + finished.stderr
    assert "nasty" in output or "safe" in output
    assert [each for each in ACTING if each in output] == []
    assert "Traceback" not in output


@pytest.fixture
def nasty(release: Release) -> Release:
    """Return a release whose metadata and file names act on a terminal."""
    release.manifest.unlink()
    (release.model / BIDIRECTIONAL).write_text("")
    described = ("--description", NASTY, "--author", NASTY, "--tag", NASTY, "--created-by", NASTY)
    return publish(release.weightmark, release.model, "2.0.0", *described, "--ignore", NASTY)


def test_what_a_manifest_says(nasty: Release) -> None:
    shown = nasty.weightmark("manifest", "inspect", nasty.model)
    assert_harmless(shown)
    assert "nasty\\x1b[2J" in shown.stdout
    told = nasty.weightmark("manifest", "inspect", nasty.model, "--json")
    assert_harmless(told)
    assert document(told)["metadata"]["description"] == NASTY
    verified = nasty.verify()
    assert_ends(verified, 0)
    assert_harmless(verified)


def test_names_of_files(nasty: Release) -> None:
    assert_harmless(nasty.weightmark("find", nasty.model / BIDIRECTIONAL))
    (nasty.model / BIDIRECTIONAL).unlink()
    finished = nasty.verify()
    assert_ends(finished, 1, "safe\\u202egpj.exe")
    assert_harmless(finished)
    told = nasty.verify("--json")
    assert_harmless(told)
    assert problems(told, 1) == {"missing": [BIDIRECTIONAL]}


def test_a_malformed_manifest(release: Release) -> None:
    edit_manifest(release.manifest, **{NASTY: 1, "version": NASTY, "created": NASTY})
    for as_json in ([], ["--json"]):
        finished = release.verify(*as_json)
        assert finished.returncode == 4
        assert [each for each in ACTING if each in finished.stdout + finished.stderr] == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("verify", NASTY),
        ("verify", "model", "--release", NASTY),
        ("verify", "model", "--policy", NASTY),
        ("log", "me/model", "--network", NASTY),
        ("verify", f"--{NASTY}"),
        (NASTY,),
        ("find", NASTY),
        ("keys", "show", NASTY),
        ("trust", "add", NASTY, "local:0x52908400098527886E0F7030069857D2E4169EE7"),
        ("revoke", NASTY, "--reason", "withdrawn"),
    ],
)
def test_what_the_command_line_says(run_weightmark: Weightmark, arguments: tuple[str, ...]) -> None:
    for as_json in ([], ["--json"]):
        finished = run_weightmark(*arguments, *as_json)
        assert finished.returncode != 0
        assert_harmless(finished)


@pytest.mark.parametrize("name", [NASTY.encode(), b"nasty\xff\xfe"], ids=["controls", "not UTF-8"])
def test_a_folder_with_such_a_name(release: Release, tmp_path: Path, name: bytes) -> None:
    """The name of the artifact's own folder is no part of it."""
    model = write_model(Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)))
    named = ("--name", "acme/folder", "--version", "1.0.0")
    for as_json in ([], ["--json"]):
        for command in (
            ("publish", model, *named),
            ("verify", model),
            ("manifest", "verify", model),
        ):
            finished = release.weightmark(*command, *as_json)
            assert finished.returncode == 0, finished.stderr
            assert [each for each in ACTING if each in finished.stdout + finished.stderr] == []
        missing = release.weightmark("verify", model / "nothing", *as_json)
        assert missing.returncode == 4
        assert_harmless(missing)


def test_the_note_of_a_trusted_publisher(run_weightmark: Weightmark) -> None:
    publisher = "local:0x52908400098527886E0F7030069857D2E4169EE7"
    assert_ends(run_weightmark("trust", "add", "acme", publisher, "--note", NASTY), 0)
    for as_json in ([], ["--json"]):
        assert_harmless(run_weightmark("trust", "list", *as_json))
