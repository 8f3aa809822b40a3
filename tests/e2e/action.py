"""Runs the steps of a composite GitHub Action as its runner does."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
from msgspec import Struct

from tests.command import BINARIES, CHECKOUT, PATIENCE

ACTION = CHECKOUT / "docs/action/action.yml"
EXPRESSION = re.compile(r"\$\{\{\s*([\w.-]+)\s*\}\}")

# In place of the interpreter: nothing is installed, as that takes a network, but it is told what.
PYTHON = """\
#!/bin/bash
set -eu
if [ "$1" = -m ] && [ "$2" = venv ]; then
  mkdir -p "$3/bin"
  cp "$0" "$3/bin/python"
  ln -sf {weightmark} "$3/bin/weightmark"
else
  printf '%s\\n' "$@" > "$RUNNER_TEMP/installed"
fi
"""


class Input(Struct, frozen=True, forbid_unknown_fields=True):
    """An input of the action."""

    description: str
    required: bool = False
    default: str = ""


class Step(Struct, frozen=True, forbid_unknown_fields=True):
    """A step: a script, and its environment."""

    name: str
    shell: str
    run: str
    env: dict[str, str] = {}


class Runs(Struct, frozen=True, forbid_unknown_fields=True):
    """What the action runs."""

    using: str
    steps: list[Step]


class Action(Struct, frozen=True, forbid_unknown_fields=True):
    """An action, as far as this one uses what there is."""

    name: str
    description: str
    inputs: dict[str, Input]
    runs: Runs


def read_action() -> Action:
    """Return the action."""
    return msgspec.yaml.decode(ACTION.read_bytes(), type=Action)


@dataclass(frozen=True)
class Runner:
    """A runner of actions.

    Attributes:
        workspace: Where the repository is checked out.
        temporary: What the runner removes afterwards.
    """

    workspace: Path
    temporary: Path

    def __call__(self, **given: str) -> subprocess.CompletedProcess[str]:
        """Run the steps until one fails, and return the last one's end.

        Args:
            **given: Inputs by their names, with ``_`` for ``-``.
        """
        action = read_action()
        inputs = {name.replace("_", "-"): text for name, text in given.items()}
        assert inputs.keys() <= action.inputs.keys()
        values = {
            "github.action_path": str(ACTION.parent),
            **{
                f"inputs.{name}": inputs.get(name, each.default)
                for name, each in action.inputs.items()
            },
        }
        finished = None
        for step in action.runs.steps:
            finished = self._run(step, values)
            if finished.returncode:
                break
        assert finished is not None
        return finished

    def _run(self, step: Step, values: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        script = self.temporary / "step.sh"
        script.write_text(step.run)
        given = {
            name: EXPRESSION.sub(lambda match: values[match[1]], text)
            for name, text in step.env.items()
        }
        python = self.temporary / "bin/python3"
        python.parent.mkdir(exist_ok=True)
        python.write_text(PYTHON.format(weightmark=shlex.quote(str(BINARIES / "weightmark"))))
        python.chmod(0o755)
        path = os.pathsep.join([str(python.parent), "/usr/local/bin", "/usr/bin", "/bin"])
        return subprocess.run(
            # As a runner calls it, for `shell: bash`.
            ["/bin/bash", "--noprofile", "--norc", "-eo", "pipefail", script],
            cwd=self.workspace,
            env={
                "PATH": path,
                "HOME": str(self.temporary),
                "RUNNER_TEMP": str(self.temporary),
                **given,
            },
            capture_output=True,
            encoding="utf-8",
            timeout=PATIENCE,
            check=False,
        )
