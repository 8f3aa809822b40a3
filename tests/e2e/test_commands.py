"""Every command and every option: text, one JSON document, help with examples, usage errors."""

from __future__ import annotations

import itertools
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tests.command import Weightmark
from tests.e2e.releases import Release, assert_ends, document, write_model
from weightmark.cli.main import program
from weightmark.version import __version__

pytestmark = pytest.mark.covered

REFERENCE = "me/acme/digits@1.0.0"
NAMED = ("--name", "acme/digits", "--version", "1.0.0")
SHELLS = ("bash", "zsh", "fish")


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    """Yield every command that does something, with its words."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


def test_the_interface_is_uniform() -> None:
    found = dict(commands(program))
    meanings: dict[str, set[str]] = {}
    for words, command in found.items():
        options = {name for each in command.params for name in each.opts if name.startswith("--")}
        assert "--json" in options, words
        assert command.help, words
        epilog = command.epilog or ""
        assert "Example" in epilog, words
        assert f"weightmark {words} " in f"{epilog} ".replace("\n", " "), words
        for each in command.params:
            if isinstance(each, click.Option) and each.opts[0] in {"--json", "--network", "--key"}:
                meanings.setdefault(each.opts[0], set()).add(str(each.help))
    # Where a token can be the key, the help says so.
    assert {name: len(helps) for name, helps in meanings.items()} == {
        "--json": 1,
        "--network": 1,
        "--key": 2,
    }


@pytest.mark.parametrize("words", [(), ("manifest",), ("verify",), ("keys", "generate")])
def test_help(run_weightmark: Weightmark, words: tuple[str, ...]) -> None:
    for option in ("--help", "-h"):
        finished = run_weightmark(*words, option)
        assert_ends(finished, 0, "Usage: weightmark")
        assert finished.stderr == ""
        assert words == ("manifest",) or "Example" in finished.stdout


def test_version(run_weightmark: Weightmark) -> None:
    assert run_weightmark("--version").stdout == f"weightmark {__version__}\n"


@pytest.mark.parametrize("words", [(), ("manifest",)])
def test_a_group_alone_shows_its_commands(
    run_weightmark: Weightmark, words: tuple[str, ...]
) -> None:
    finished = run_weightmark(*words)
    assert_ends(finished, 2, "Usage: weightmark")
    assert finished.stdout == ""
    assert "\\n" not in finished.stderr


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("vrify",), "vrify"),
        (("verify",), "PATH"),
        (("verify", "a", "b"), "b"),
        (("verify", "a", "--releas"), "--releas"),
        (("publish", "a"), "--name"),
        (("manifest", "explode"), "explode"),
        (("serve", "--port", "99999"), "99999"),
        (("network", "add", "x", "--chain-id", "one"), "one"),
        (("completion", "powershell"), "powershell"),
        (("log", REFERENCE), "a log is of a model"),
    ],
)
def test_a_command_line_that_is_wrong(
    run_weightmark: Weightmark, arguments: tuple[str, ...], named: str
) -> None:
    finished = run_weightmark(*arguments)
    assert_ends(finished, 2, named, "hint:")
    assert finished.stdout == ""
    told = run_weightmark(*arguments, "--json")
    error = document(told)["error"]
    assert (told.returncode, error["code"], error["exit_status"]) == (2, "usage", 2)
    assert named in error["message"]
    assert told.stderr == ""


def test_every_command_on_a_release(release: Release, tmp_path: Path) -> None:
    """Each as text and as JSON; publish and revoke are tested in files of their own."""
    other = tmp_path / "other/weightmark.json"
    other.parent.mkdir()
    other.write_bytes(release.manifest.read_bytes())
    single = shutil.copyfile(other, tmp_path / "file.onnx.weightmark.json")
    for arguments, named in {
        ("verify", release.model): "verified",
        ("manifest", "verify", release.model): "no chain was read",
        ("manifest", "inspect", release.model): "model.safetensors",
        ("manifest", "inspect", release.manifest): "model.safetensors",
        ("manifest", "inspect", single): "model.safetensors",
        ("manifest", "diff", release.model, other): "",
        ("show", REFERENCE): release.reference,
        ("show", "me/acme/digits"): "1.0.0",
        ("log", "me/acme/digits"): "1.0.0",
        ("find", release.model / "config.json"): release.reference,
        ("trust", "list"): release.publisher,
        ("keys", "list"): release.publisher,
        ("keys", "show", "local"): release.publisher,
        ("network", "list"): "sepolia",
        ("network", "check"): "can be used",
        ("network", "deploy"): "local",
        ("doctor",): "local",
    }.items():
        shown = release.weightmark(*arguments)
        assert_ends(shown, 0, named)
        assert "\x1b" not in shown.stdout
        told = release.weightmark(*arguments, "--json")
        assert_ends(told, 0)
        assert told.stderr == ""
        assert document(told) is not None


def test_looking_up_by_digest(release: Release) -> None:
    entry = json.loads(release.manifest.read_bytes())["files"][0]
    found = document(release.weightmark("find", entry["digest"], "--json"))
    assert [each["path"] for each in found] == [entry["path"]]
    unknown = release.weightmark("find", "1220" + "00" * 32)
    assert_ends(unknown, 1, "no release")
    assert document(release.weightmark("find", "1220" + "00" * 32, "--json")) == []
    assert_ends(release.weightmark("find", "no-such-file"), 4, "no-such-file")


@pytest.mark.parametrize(
    ("command", "reference"),
    [("show", "me/acme/digits@9.9.9"), ("show", "me/acme/none"), ("log", "me/acme/none")],
)
def test_a_release_that_nobody_registered(release: Release, command: str, reference: str) -> None:
    name = reference.partition("@")[0].partition("/")[2]
    assert_ends(release.weightmark(command, reference), 1, name, release.publisher)
    told = release.weightmark(command, reference, "--json")
    assert told.returncode == 1
    assert document(told)["error"]["code"] == "unknown-release"


def test_a_difference(release: Release, tmp_path: Path) -> None:
    other = write_model(tmp_path / "other")
    (other / "config.json").write_text("{}")
    (other / "new.txt").write_text("")
    (other / "tokenizer/vocabulary.txt").unlink()
    assert_ends(release.weightmark("manifest", "create", other, *NAMED), 0)
    finished = release.weightmark("manifest", "diff", release.model, other, "--json")
    assert finished.returncode == 1
    assert document(finished) == {
        "added": ["new.txt"], "altered": ["config.json"], "removed": ["tokenizer/vocabulary.txt"],
    }  # fmt: skip
    assert_ends(release.weightmark("manifest", "diff", release.model, other), 1, "new.txt")


def test_a_network_is_added_once(run_weightmark: Weightmark) -> None:
    add = ("network", "add", "ours", "--chain-id", "4242", "--rpc-url", "http://127.0.0.1:1")
    assert_ends(run_weightmark(*add), 0, "ours")
    assert_ends(run_weightmark(*add), 1, "'ours' is known")
    taken = run_weightmark("network", "add", "sepolia", "--chain-id", "1")
    assert_ends(taken, 1, "'sepolia' is known, with chain id 11155111")
    listed = document(run_weightmark("network", "list", "--json"))
    assert {"name": "ours", "chain_id": 4242, "endpoint": "http://127.0.0.1:1"} in listed


def test_what_decides_first(run_weightmark: Weightmark) -> None:
    """The option, then the variable, then the working directory's file, then the user's."""

    def asked(*arguments: str, **variables: str) -> str:
        finished = run_weightmark("network", "check", *arguments, "--json", env=variables)
        message: str = document(finished)["error"]["message"]
        return message

    assert "local" in asked()
    (run_weightmark.home / "weightmark.toml").write_text('network = "base"\n')
    assert "'base'" in asked()
    (run_weightmark.directory / "weightmark.toml").write_text('network = "polygon"\n')
    assert "'polygon'" in asked()
    assert "'sepolia'" in asked(WEIGHTMARK_NETWORK="sepolia")
    assert "'ethereum'" in asked("ethereum", WEIGHTMARK_NETWORK="sepolia")
    (run_weightmark.directory / "weightmark.toml").write_text("colour = 'red'\n")
    assert "colour" in asked()


def test_a_doctor_that_finds_something(run_weightmark: Weightmark) -> None:
    assert_ends(run_weightmark("doctor"), 0, "absent")
    (run_weightmark.home / "trust.toml").write_text("garbage")
    finished = run_weightmark("doctor", "--json")
    assert finished.returncode == 3
    failing = [each["subject"] for each in document(finished) if each["condition"] == "failing"]
    assert failing == ["trust file"]


@pytest.mark.parametrize("shell", SHELLS)
def test_completion(run_weightmark: Weightmark, shell: str) -> None:
    finished = run_weightmark("completion", shell)
    assert_ends(finished, 0, "_WEIGHTMARK_COMPLETE")
    assert document(run_weightmark("completion", shell, "--json"))["shell"] == shell


def test_completion_completes(run_weightmark: Weightmark) -> None:
    asking = {
        "_WEIGHTMARK_COMPLETE": "bash_complete",
        "COMP_WORDS": "weightmark ver",
        "COMP_CWORD": "1",
    }
    assert_ends(run_weightmark(env=asking), 0, "verify")


def test_colours_are_for_terminals(release: Release) -> None:
    for variables in itertools.chain([{}], [{"TERM": "xterm-256color"}]):
        finished = release.weightmark("verify", release.model, env=variables)
        assert "\x1b" not in finished.stdout + finished.stderr
