"""Where the compiler lays out what verifiers read: committed, and held against what Python reads.

A layout that changes on purpose: commit what the failed comparison says to
``tests/contracts/snapshots/storage.json``. The contracts that are deployed keep theirs.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.sources import CHECKOUT, PACKAGE
from weightmark.domain import registry

SNAPSHOT = CHECKOUT / "tests/contracts/snapshots/storage.json"
CONTRACTS = sorted(path.stem for path in PACKAGE.glob("contracts/*.json"))

# The compiler numbers types by their place in the sources, which says nothing about storage.
NUMBER = re.compile(r"\)\d+")

Layout = dict[str, Any]


def entries(layout: Layout, members: list[Layout]) -> list[Layout]:
    """Return what lies where, types written out."""
    types = layout["types"]
    return [
        {
            "label": each["label"],
            "slot": int(each["slot"]),
            "offset": each["offset"],
            "type": type_of(layout, types[each["type"]]),
        }
        for each in members
    ]


def type_of(layout: Layout, described: Layout) -> Any:
    """Return a type: its name, or the members and the key and value that it is made of."""
    if "members" in described:
        return entries(layout, described["members"])
    if "value" in described:
        value = type_of(layout, layout["types"][described["value"]])
        return {"key": NUMBER.sub(")", described["key"]), "value": value}
    return described["label"]


@pytest.fixture(scope="module")
def layouts() -> dict[str, list[Layout]]:
    """Return the compiler's layout of every packaged contract."""
    names = {name: f"contracts/{name}.sol" for name in CONTRACTS}
    sources = {path: {"content": (CHECKOUT / path).read_text()} for path in names.values()}
    given = {
        "language": "Solidity",
        "sources": sources,
        "settings": {"outputSelection": {"*": {"*": ["storageLayout"]}}},
    }
    search = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    answer = subprocess.run(
        [str(CHECKOUT / "scripts/solc"), "--standard-json"],
        env=os.environ | {"PATH": search},
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=True,
    )
    output = json.loads(answer.stdout)["contracts"]
    found = {name: output[path][name]["storageLayout"] for name, path in names.items()}
    return {name: entries(layout, layout["storage"]) for name, layout in found.items()}


def test_the_layouts_are_the_committed_ones(layouts: dict[str, list[Layout]]) -> None:
    assert layouts == json.loads(SNAPSHOT.read_text())


def test_python_reads_the_slots_of_the_compiler(layouts: dict[str, list[Layout]]) -> None:
    assert {each["label"]: each["slot"] for each in layouts["ModelRegistry"]} == {
        "_releases": registry.RELEASES_SLOT,
        "_heads": registry.HEADS_SLOT,
        "_authorities": registry.AUTHORITIES_SLOT,
        "_authorityCounts": registry.AUTHORITY_COUNTS_SLOT,
        "_signingKeys": registry.SIGNING_KEYS_SLOT,
    }


def test_python_reads_a_release_where_the_compiler_puts_it(
    layouts: dict[str, list[Layout]],
) -> None:
    (releases,) = (each for each in layouts["ModelRegistry"] if each["label"] == "_releases")
    commitment, word = registry.release_slots(b"\x01" * 32)
    members = {each["label"]: each["slot"] for each in releases["type"]["value"]}
    assert members == {"commitment": 0, "word": word - commitment}
    assert {each["offset"] for each in releases["type"]["value"]} == {0}
