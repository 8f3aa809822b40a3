"""Measure the coverage of the contracts by their tests; less than 100 % anywhere fails.

Neither tool sees everything. Hardhat counts every line, those of free functions and of assembly
among them, and knows no branches. forge counts branches, and leaves out files of free functions:
such a file may have none. Both work in ``build/coverage``, on a copy of the sources. Examples are
left out.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

CHECKOUT = Path(__file__).resolve().parent.parent.parent
COPY = CHECKOUT / "build/coverage"
CONFIGURATION = CHECKOUT / "scripts/analysis/hardhat.coverage.config.js"
COPIED = (
    "contracts",
    "tests/contracts",
    "tests/vectors",
    "scripts",
    "foundry.toml",
    "package.json",
)
HARDHAT = ["node", "node_modules/hardhat/dist/src/cli.js", "test", "solidity", "--coverage"]
# No invariants: they are many calls for what the other tests reach as well.
FORGE = ["forge", "coverage", "--ir-minimum", "--no-match-test", "^invariant", "--report", "lcov"]

COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
BRANCHING = re.compile(r"\b(?:if|for|while|assert|require)\s*\(|\btry\b|\?")
CODE = re.compile(r"\bfunction\b[^;{]*\{")


class Share(NamedTuple):
    """How much of a file's lines or branches was reached."""

    reached: int
    all: int
    missed: list[str]


NONE = Share(0, 0, [])


def copy_sources() -> None:
    """Make the folder that both tools work in."""
    shutil.rmtree(COPY, ignore_errors=True)
    for name in COPIED:
        source, target = CHECKOUT / name, COPY / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
    shutil.rmtree(COPY / "tests/contracts/proofs")  # only Halmos runs them
    shutil.copy(CONFIGURATION, COPY / "hardhat.config.js")
    (COPY / "remappings.txt").write_text("contracts/=contracts/\n")
    (COPY / "node_modules").symlink_to(CHECKOUT / "node_modules")


def run(command: list[str]) -> None:
    """Run a tool, with its output in a log.

    Raises:
        SystemExit: It failed; the end of its output says why.
    """
    environment = os.environ | {"HARDHAT_DISABLE_TELEMETRY_PROMPT": "true"}
    environment |= {
        "FOUNDRY_PROFILE": "coverage",
        "FOUNDRY_OUT": "out",
        "FOUNDRY_CACHE_PATH": "cache/forge",
    }
    answer = subprocess.run(
        command, cwd=COPY, env=environment, capture_output=True, text=True, check=False
    )
    if answer.returncode:
        raise SystemExit("\n".join([*(answer.stdout + answer.stderr).splitlines()[-40:]]))


def records(report: Path, kind: str) -> dict[str, Share]:
    """Read the lines (`DA`) or branches (`BRDA`) of every source file from an LCOV report."""
    found: dict[str, Share] = {}
    for record in report.read_text().split("end_of_record"):
        name = re.search(r"^SF:(.+)$", record, re.MULTILINE)
        if name is None:
            continue
        entries = re.findall(rf"^{kind}:(\d+),(?:.*,)?(\d+|-)$", record, re.MULTILINE)
        missed = [line for line, hits in entries if hits in {"0", "-"}]
        path = os.path.relpath(COPY / name[1], COPY)
        found[path] = Share(len(entries) - len(missed), len(entries), missed)
    return found


def sources() -> Iterator[str]:
    """Yield every contract file with code, examples left out."""
    for path in sorted((COPY / "contracts").rglob("*.sol")):
        name = str(path.relative_to(COPY))
        if not name.startswith("contracts/examples/") and CODE.search(code_of(name)):
            yield name


def code_of(name: str) -> str:
    """Return a source file without its comments."""
    return COMMENT.sub("", (COPY / name).read_text())


def shortcomings(name: str, lines: Share, branches: Share) -> Iterator[str]:
    """Yield what is not covered of a file, or not known to be."""
    if not lines.all:
        yield f"{name}: no lines were counted"
    if lines.missed:
        yield f"{name}: not reached: lines {', '.join(lines.missed)}"
    if branches.missed:
        yield f"{name}: not taken: branches at lines {', '.join(branches.missed)}"
    if not branches.all and BRANCHING.search(code_of(name)):
        yield f"{name}: branches, where forge counts none"


def row(name: str, lines: Share, branches: Share) -> str:
    """Return a line of the table."""
    cells = [f"{share.reached}/{share.all}" for share in (lines, branches)]
    return f"{name:<40} {cells[0]:>9} {cells[1]:>9}"


def main() -> int:
    """Measure, print the table, and return the exit status."""
    copy_sources()
    run(HARDHAT)
    run(FORGE)
    lines = records(COPY / "coverage/lcov.info", "DA")
    branches = records(COPY / "lcov.info", "BRDA")
    print(f"{'':<40} {'lines':>9} {'branches':>9}")
    problems: list[str] = []
    for name in sources():
        counted = lines.get(name, NONE), branches.get(name, NONE)
        print(row(name, *counted))
        problems += shortcomings(name, *counted)
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
