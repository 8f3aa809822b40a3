"""Every command of README.md does what README.md says.

Each section is run from its top to its bottom, in a directory that holds the checkout's ``scripts``
and a model in ``model``, which is published unless the section does that. In blocks in ``console``,
lines that begin with ``$`` are commands; blocks in ``python`` are programs. A command that ends
with ``# exit 1`` has to end with that status, every other one with 0.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.command import CHECKOUT, PATIENCE, Weightmark
from tests.conftest import ModelMaker

README = (CHECKOUT / "README.md").read_text("utf-8")
MAX_LINES = 150
HEADING = re.compile(r"^#{2,} ", re.MULTILINE)
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXPECTED_STATUS = re.compile(r"# exit (\d)")
PUBLISHES = re.compile(r"weightmark publish|publish_model\.py")

# Commands that cannot be run here, and what shows that they work.
ELSEWHERE = {
    "./scripts/demo": "tests/e2e/test_demo.py runs it",
    "./scripts/test": "it is what runs this",
    "pip install .": "scripts/setup installs the package from these sources",
}
# Commands with a chain and a publisher of the reader's: tests/integration runs their like on anvil.
OF_THE_READER = re.compile(r"weightmark (network add|publish|trust add|verify) .*(sepolia|HOST)")


@dataclass(frozen=True)
class Step:
    """One thing that a reader would run, and the exit status that it has to end with."""

    program: tuple[str, ...]
    text: str
    expected: int


def sections(document: str) -> dict[str, str]:
    """Return the text of each section, by its heading."""
    found = (part.partition("\n") for part in HEADING.split(document))
    return {heading: text for heading, _, text in found}


def steps(section: str) -> Iterator[Step]:
    """Yield what a section tells its reader to run."""
    for language, block in FENCE.findall(section):
        if language == "python":
            yield Step((sys.executable, "-c", block), block, 0)
        elif language == "console":
            for line in block.replace("\\\n", " ").splitlines():
                if line.startswith("$ "):
                    yield from _command(line.removeprefix("$ "))


def _command(line: str) -> Iterator[Step]:
    command = line.partition(" #")[0].strip()
    if command not in ELSEWHERE:
        status = EXPECTED_STATUS.search(line)
        yield Step(("/bin/sh", "-c", command), command, int(status[1]) if status else 0)


RUNNABLE = {heading: text for heading, text in sections(README).items() if list(steps(text))}


def test_readme_is_short() -> None:
    assert len(README.splitlines()) <= MAX_LINES


def test_readme_shows_the_commands_that_matter() -> None:
    shown = "\n".join(block for _, block in FENCE.findall(README))
    for command in ("./scripts/demo", "./scripts/test", "weightmark publish", "weightmark verify"):
        assert command in shown
    assert "scripts/publish_model.py" in shown
    assert "weightmark.require(" in shown


@pytest.mark.parametrize("heading", RUNNABLE)
def test_what_a_section_says_works(
    heading: str, run_weightmark: Weightmark, make_model: ModelMaker
) -> None:
    section, directory = RUNNABLE[heading], run_weightmark.directory
    make_model(directory / "model")
    (directory / "scripts").symlink_to(CHECKOUT / "scripts")
    if not PUBLISHES.search(section):
        published = run_weightmark(
            "publish", "./model", "--name", "acme/digits", "--version", "1.0.0"
        )
        assert published.returncode == 0, published.stderr
    for step in steps(section):
        finished = subprocess.run(
            step.program,
            cwd=directory,
            env=run_weightmark.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=PATIENCE,
            check=False,
        )
        assert finished.returncode == step.expected, f"{step.text}\n{finished.stderr}"


def test_no_other_command_is_left_out() -> None:
    blocks = [block for language, block in FENCE.findall(README) if language in {"", "sh", "bash"}]
    lines = [line.partition(" #")[0].strip() for block in blocks for line in block.splitlines()]
    unknown = [line for line in lines if line not in ELSEWHERE and not OF_THE_READER.match(line)]
    assert unknown == []


def test_steps_are_found_as_they_are_written() -> None:
    commands = "$ weightmark verify ./model   # exit 1: it was revoked\nerror\n$ ls \\\n -l\n"
    section = f"```console\n{commands}```\n"
    found = [(step.text, step.expected) for step in steps(section)]
    assert found == [("weightmark verify ./model", 1), ("ls   -l", 0)]
