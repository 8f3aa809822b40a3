"""Every command of README.md, of the quick start and of docs/publishers.md does what it says.

Each document is one story: its commands are run from top to bottom by one shell, in one directory
and with one state, so that a later one meets what an earlier one left. In blocks in ``console``,
lines that begin with ``$`` are commands; blocks in ``python`` are programs. A command that ends
with ``# exit 1`` has to end with that status, every other one with 0.
"""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.command import CHECKOUT, PATIENCE, Weightmark
from tests.conftest import ModelMaker

# What everybody runs first is run by the program itself, and the other pages by forks of one.
FIRST_DOCUMENTS = ("README.md", "docs/quick-start.md")
DOCUMENTS = (*FIRST_DOCUMENTS, "docs/publishers.md")
MAX_LINES = 150
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXPECTED_STATUS = re.compile(r"# exit (\d)")
DISAPPOINTED = 99

# Commands that cannot be run here, and why.
INSTALLATION = "it asks a package index; scripts/setup installs the package for the tests"
ENDPOINT = "it needs an endpoint and a key with coins; test_chain_attacks.py has a node instead"
ELSEWHERE = {
    "./scripts/demo": "tests/e2e/test_demo.py runs it",
    "./scripts/test": "it is what runs this",
    "python3 -m venv .venv-weightmark && . .venv-weightmark/bin/activate": INSTALLATION,
    "pip install .": INSTALLATION,
    "pip install '.[server]'": INSTALLATION,
    "weightmark serve": "it runs until a signal ends it: tests/e2e/test_serve.py",
    "weightmark publish ./model --name acme/digits --version 1.0.0"
    " --network sepolia --key release": ENDPOINT,
    "weightmark verify ./model --network sepolia": ENDPOINT,
}


@dataclass(frozen=True)
class Step:
    """One thing that a reader runs, and the exit status that it has to end with."""

    command: str
    expected: int = 0

    @property
    def line(self) -> str:
        """The lines of a shell that run it, and end the shell where it disappoints."""
        named = shlex.quote(f"{self.command}\nended with ")
        return (
            f"{self.command}\nstatus=$?; [ $status = {self.expected} ] || "
            f"{{ printf '%s%s\\n' {named} $status >&2; exit {DISAPPOINTED}; }}\n"
        )


def read(document: str) -> str:
    return (CHECKOUT / document).read_text("utf-8")


def steps(document: str) -> Iterator[Step]:
    """Yield what a document tells its reader to run."""
    for language, block in FENCE.findall(document):
        if language == "python":
            yield Step(f"python -c {shlex.quote(block)}")
        elif language == "console":
            for line in block.replace("\\\n", " ").splitlines():
                if line.startswith("$ "):
                    command = line.removeprefix("$ ").partition(" #")[0].strip()
                    status = EXPECTED_STATUS.search(line)
                    yield Step(command, int(status[1]) if status else 0)


def tell(
    document: str, weightmark: Weightmark, variables: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a document's steps in one shell, with these variables as well."""
    story = [step.line for step in steps(document) if step.command not in ELSEWHERE]
    return subprocess.run(
        ["bash", "-c", "".join(story)],
        cwd=weightmark.directory,
        env=weightmark.environment(env=variables),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=3 * PATIENCE,
        check=False,
    )


def prepare_checkout(directory: Path, make_model: ModelMaker) -> None:
    """Make what README takes for granted: the checkout, a history, and a model of the reader's."""
    make_model(directory / "model")
    (directory / "scripts").symlink_to(CHECKOUT / "scripts")
    somebody = ("-c", "user.name=somebody", "-c", "user.email=somebody@localhost")
    for arguments in (("init",), (*somebody, "commit", "--allow-empty", "--message", "a model")):
        subprocess.run(
            ["git", *arguments], cwd=directory, capture_output=True, timeout=PATIENCE, check=True
        )


def test_readme_is_short() -> None:
    assert len(read("README.md").splitlines()) <= MAX_LINES


def test_readme_shows_the_commands_that_matter() -> None:
    shown = "\n".join(step.command for step in steps(read("README.md")))
    for command in ("./scripts/demo", "./scripts/test", "weightmark publish", "weightmark verify"):
        assert command in shown
    assert "scripts/publish_model.py" in shown
    assert "weightmark.require(" in shown


@pytest.mark.parametrize("document", DOCUMENTS)
def test_what_a_document_says_works(
    document: str, run_weightmark: Weightmark, make_model: ModelMaker, forks: Mapping[str, str]
) -> None:
    if document == "README.md":
        prepare_checkout(run_weightmark.directory, make_model)
    variables = None if document in FIRST_DOCUMENTS else forks
    finished = tell(read(document), run_weightmark, variables)
    assert finished.returncode == 0, finished.stderr


@pytest.mark.parametrize("document", DOCUMENTS)
def test_no_command_hides_in_another_kind_of_block(document: str) -> None:
    languages = {language for language, _ in FENCE.findall(read(document))}
    assert languages <= {"console", "python", "toml"}


def test_no_exception_outlives_its_command() -> None:
    shown = {step.command for document in DOCUMENTS for step in steps(read(document))}
    assert shown >= set(ELSEWHERE)


def test_steps_are_found_as_they_are_written() -> None:
    commands = "$ weightmark verify ./model   # exit 1: it was revoked\nerror\n$ ls \\\n -l\n"
    found = list(steps(f"```console\n{commands}```\n"))
    assert found == [Step("weightmark verify ./model", 1), Step("ls   -l")]


@pytest.mark.parametrize("story", ["$ true\n$ false", "$ true # exit 1", "$ (exit 2) # exit 1"])
def test_a_step_that_disappoints_ends_the_story(run_weightmark: Weightmark, story: str) -> None:
    finished = tell(f"```console\n{story}\n$ exit 0\n```\n", run_weightmark)
    assert finished.returncode == DISAPPOINTED
    assert "ended with" in finished.stderr


def test_what_a_step_leaves_is_there_for_the_next(run_weightmark: Weightmark) -> None:
    story = "```console\n$ export NAME=value\n$ [ $NAME = value ]\n$ [ -z $NAME ] # exit 1\n```\n"
    assert tell(story, run_weightmark).returncode == 0
