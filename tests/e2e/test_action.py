"""The GitHub Action verifies, fails if anything does, and signs nothing."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.command import BINARIES, CHECKOUT
from tests.e2e.action import ACTION, Runner, read_action
from tests.e2e.releases import Release, assert_ends, new_weightmark
from tests.e2e.signed_trees import SignedTree, new_tree


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    """Return a runner with an empty workspace."""
    for name in ("workspace", "temporary"):
        (tmp_path / name).mkdir()
    return Runner(tmp_path / "workspace", tmp_path / "temporary")


@pytest.fixture
def tree(runner: Runner, tmp_path: Path) -> SignedTree:
    """Return signed models in the workspace, with the public key beside them."""
    tree = new_tree(new_weightmark(tmp_path), runner.workspace)
    tree.key.rename(tmp_path / "key.pem")
    signing = ("signature", "create", "--each", tree.models, "--key", tmp_path / "key.pem")
    assert_ends(tree.weightmark(*signing), 0)
    return tree


def test_every_model_of_a_workspace(runner: Runner, tree: SignedTree) -> None:
    given = {"path": "models", "each": "true", "public_keys": "key.pub\n"}
    assert_ends(runner(**given), 0, "verified", "4 models")
    assert_ends(runner(**given, max_age="90d"), 0, "signed", "4 models")
    assert_ends(runner(**given, recursive="false"), 0, "2 models")
    assert_ends(
        runner(**given, include="*.pth\nbert\n", exclude="one/*"), 0, "excluded", "2 models"
    )
    (tree.models / "top.GGUF").write_bytes(b"evil")
    assert_ends(runner(**given), 1, "FAILED    top.GGUF", "1 of 4 models")
    assert_ends(runner(**given, max_age="90d"), 1, "1 of 4 models")
    (tree.models / "top.GGUF.weightmark.sig").unlink()
    assert_ends(runner(**given), 1, "FAILED    top.GGUF")
    assert not (tree.models / "top.GGUF.weightmark.sig").exists()
    assert_ends(runner(**given, include="*.nothing"), 4, "there is no model")


def test_one_model(runner: Runner, tree: SignedTree) -> None:
    given = {"path": "models/bert", "public_keys": "key.pub"}
    assert_ends(runner(**given), 0, "signed")
    (tree.models / "bert/modeling_evil.py").write_text("import os")
    assert_ends(runner(**given), 1, "modeling_evil.py")


def test_keys_that_have_not_signed(runner: Runner, tree: SignedTree) -> None:
    given = {"path": "models", "each": "true"}
    assert_ends(runner(**given), 2, "nobody vouches for")
    assert_ends(runner(**given, public_keys="missing.pub"), 4, "missing.pub")
    assert_ends(runner(**given, fingerprints=f"{'ab' * 32}\n"), 1, "4 of 4 models")
    assert_ends(runner(**given, addresses=f"0x{'11' * 20}"), 1, "4 of 4 models")
    two = f"{'ab' * 32}\n{'cd' * 32}"
    assert_ends(runner(**given, public_keys="key.pub", fingerprints=two), 1, "cd" * 32)


def test_a_release_on_its_chain(runner: Runner, release: Release) -> None:
    """The home of the action knows no chain: it could not be checked, and that is no success."""
    finished = runner(path=str(release.model), release=release.reference)
    assert_ends(finished, 3, "NOT VERIFIED")
    (release.model / "config.json").write_text("evil")
    assert_ends(runner(path=str(release.model), release=release.reference), 1, "config.json")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"each": "yes"}, "each has to be true or false"),
        ({"each": "true", "recursive": ""}, "recursive has to be true or false"),
        ({"exclude": "x"}, "--exclude does not go without --each"),
        ({"recursive": "false"}, "--no-recursive does not go without --each"),
        ({"max_age": "90d"}, "max-age goes with each"),
        ({"release": "me/acme/digits", "fingerprints": "ab" * 32}, "choose: a release, or"),
        ({"release": "me/acme/digits", "each": "true"}, "choose: a release, or"),
    ],
)
def test_inputs_that_would_be_passed_over(
    runner: Runner, given: dict[str, str], reason: str
) -> None:
    assert_ends(runner(path=".", **given), 2, reason)


@pytest.mark.parametrize(
    ("name", "status"),
    [("path", 4), ("public_keys", 4), ("include", 4), ("max_age", 4), ("release", 2)],
)
def test_inputs_are_data(runner: Runner, tree: SignedTree, name: str, status: int) -> None:
    """Nothing of an input is run: not as a command, nor as an option."""
    planted = runner.workspace / "planted"
    attack = f'--help $(touch {planted})`touch {planted}`"; touch {planted}; "'
    given = {"path": "models", "each": "true", "public_keys": "key.pub"} | {name: attack}
    assert_ends(runner(**given), status)
    assert not planted.exists()


def test_a_configuration_in_the_workspace_is_not_read(runner: Runner, tree: SignedTree) -> None:
    (runner.workspace / "weightmark.toml").write_text("no = [configuration")
    assert_ends(runner(path="models", each="true", public_keys="key.pub"), 0)


def test_a_shared_secret(runner: Runner, tree: SignedTree, tmp_path: Path) -> None:
    """Its file is there for as long as it is needed."""
    key, password = tmp_path / "shared.pem", {"WEIGHTMARK_KEY_PASSWORD": "planted password"}
    making = ("keys", "generate", "--algorithm", "hmac-sha256", "--out", key)
    assert_ends(tree.weightmark(*making, env=password), 0)
    signing = ("signature", "create", "--each", tree.models, "--key", key)
    assert_ends(tree.weightmark(*signing, env=password), 0, "shared secret")
    given = {"path": "models", "each": "true", "hmac_key": key.read_text()}
    right = password["WEIGHTMARK_KEY_PASSWORD"]
    for text in (key.read_text(), key.read_text().rstrip()):
        finished = runner(**given | {"hmac_key": text}, hmac_key_password=right)
        assert_ends(finished, 0, "whoever can verify it could have signed it", "4 models")
    assert_ends(runner(**given, hmac_key_password="wrong"), 4, "weightmark-hmac-key.pem")
    assert [path.name for path in runner.temporary.glob("*.pem")] == []


def test_what_is_installed(runner: Runner, tree: SignedTree) -> None:
    given = {"path": "models", "each": "true", "public_keys": "key.pub"}
    runner(**given)
    installed = runner.temporary / "installed"
    assert Path(installed.read_text().splitlines()[-1]).resolve() == CHECKOUT
    runner(**given, version="1.2.3")
    assert installed.read_text().splitlines()[-1] == "weightmark==1.2.3"


def test_hole_8_the_action_hides_no_failure_and_signs_nothing() -> None:
    text = ACTION.read_text("utf-8")
    for forbidden in ("|| true", "continue-on-error", "signature create", "PRIVATE_KEY", "publish"):
        assert forbidden not in text
    for step in read_action().runs.steps:
        assert "${{" not in step.run, "an input is data, and no part of a script"
        assert step.run.startswith("set -euo pipefail\n")
        assert step.shell == "bash"


def test_every_input_is_used() -> None:
    action = read_action()
    used = " ".join(text for step in action.runs.steps for text in step.env.values())
    assert sorted(re.findall(r"inputs\.([\w-]+)", used)) == sorted(action.inputs)


def test_the_scripts_pass_their_linter(tmp_path: Path) -> None:
    for number, step in enumerate(read_action().runs.steps):
        script = tmp_path / f"{number}.sh"
        script.write_text(f"#!/bin/bash\n{step.run}")
        finished = subprocess.run(
            [BINARIES / "shellcheck", script], capture_output=True, text=True, check=False
        )
        assert finished.returncode == 0, finished.stdout
