"""Finding anvil."""

from __future__ import annotations

from pathlib import Path

import pytest

from weightmark.adapters.devnet.program import find_anvil
from weightmark.errors import MissingExtraError


def a_program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def npm_installation(scope: Path, binaries: Path) -> tuple[Path, Path]:
    """Write what npm installs, and return the wrapper on PATH and the program itself."""
    wrapper = a_program(scope / "anvil/bin.mjs")
    command = scope.parent / ".bin/anvil"
    command.parent.mkdir(parents=True)
    command.symlink_to(wrapper)
    return command, a_program(binaries / "anvil-linux-amd64/bin/anvil")


def test_the_variable_decides(tmp_path: Path) -> None:
    on_path, named = a_program(tmp_path / "bin/anvil"), a_program(tmp_path / "other/node")
    environment = {"PATH": str(on_path.parent), "ANVIL": str(named)}
    assert find_anvil(environment, tmp_path) == named


def test_a_variable_that_names_nothing_is_not_passed_over(tmp_path: Path) -> None:
    on_path = a_program(tmp_path / "bin/anvil")
    environment = {"PATH": str(on_path.parent), "ANVIL": str(tmp_path / "none")}
    with pytest.raises(MissingExtraError, match=r"no program at .*none.* ANVIL"):
        find_anvil(environment, tmp_path)


def test_then_the_path(tmp_path: Path) -> None:
    on_path = a_program(tmp_path / "bin/anvil")
    npm_installation(tmp_path / "node_modules/@foundry-rs", tmp_path / "node_modules/@foundry-rs")
    assert find_anvil({"PATH": str(on_path.parent)}, tmp_path) == on_path


def test_then_the_checkout(tmp_path: Path) -> None:
    scope = tmp_path / "node_modules/@foundry-rs"
    _, program = npm_installation(scope, scope)
    assert find_anvil({}, tmp_path) == program


@pytest.mark.parametrize("nested", [False, True], ids=["beside", "inside"])
def test_of_npms_wrapper_the_program_is_taken(tmp_path: Path, *, nested: bool) -> None:
    scope = tmp_path / "lib/node_modules/@foundry-rs"
    binaries = scope / "anvil/node_modules/@foundry-rs" if nested else scope
    command, program = npm_installation(scope, binaries)
    assert find_anvil({"PATH": str(command.parent)}, tmp_path) == program
    assert find_anvil({"ANVIL": str(command)}, tmp_path) == program


def test_a_wrapper_without_a_program_is_nothing(tmp_path: Path) -> None:
    scope = tmp_path / "node_modules/@foundry-rs"
    _, program = npm_installation(scope, scope)
    program.unlink()
    with pytest.raises(MissingExtraError) as caught:
        find_anvil({}, tmp_path)
    assert "not installed" in caught.value.message
    assert "npm install --global @foundry-rs/anvil" in caught.value.hint
