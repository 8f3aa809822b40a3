"""What the options and arguments of every command have in common."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from weightmark.cli.main import program


def paths_in(command: click.Command, name: str) -> Iterator[tuple[str, click.Path]]:
    """Give each parameter of a command and of its subcommands that is a path."""
    for parameter in command.params:
        if isinstance(parameter.type, click.Path):
            yield f"{name} {parameter.name}", parameter.type
    if isinstance(command, click.Group):
        context = click.Context(command)
        for each in command.list_commands(context):
            found = command.get_command(context, each)
            assert found is not None
            yield from paths_in(found, f"{name} {each}")


PATHS = dict(paths_in(program, "weightmark"))


def test_paths_are_found_in_commands_and_in_groups() -> None:
    assert {"weightmark verify path", "weightmark manifest inspect path"} <= PATHS.keys()


@pytest.mark.parametrize("name", PATHS)
def test_a_path_that_cannot_be_read_is_no_wrong_command_line(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_, **__: False)
    assert PATHS[name].convert(str(tmp_path), None, None) == tmp_path
