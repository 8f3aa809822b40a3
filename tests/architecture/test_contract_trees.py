"""Every external function has a tree of its cases, and every case a test of its name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.sources import CHECKOUT, PACKAGE

TESTS = CHECKOUT / "tests/contracts"
TREES = sorted((TESTS / "trees").glob("*.tree"))

BRANCH = re.compile(r"(?P<stem>[│ ]*)[├└]── (?P<text>.+)")
CONTRACT = re.compile(r"^(?:abstract )?contract (\w+)", re.MULTILINE)
CONCRETE = re.compile(r"^contract (\w+)", re.MULTILINE)
TEST = re.compile(r"^    function test(?:Fuzz)?_(\w+)\(", re.MULTILINE)


def key(text: str) -> str:
    """Return what a sentence and the name of its test have in common."""
    return re.sub(r"[^a-z0-9]", "", text.lower())


def names_by_contract() -> dict[str, set[str]]:
    """Return the tests of every test contract, as keys."""
    found = {}
    for path in TESTS.glob("*.t.sol"):
        _, *pieces = CONTRACT.split(path.read_text())
        for name, body in zip(pieces[::2], pieces[1::2], strict=True):
            found[name] = {key(test) for test in TEST.findall(body)}
    return found


def cases(tree: str) -> Iterator[tuple[str, str]]:
    """Yield the test contract and the key of every case of a tree's text.

    A case is a condition with outcomes (`it …`), or an outcome that needs no condition.
    """
    contract, conditions = "", list[str]()
    for line in tree.splitlines():
        branch = BRANCH.fullmatch(line)
        if branch is None:
            contract, conditions = line.strip() or contract, []
            continue
        depth = len(branch["stem"]) // 4
        del conditions[depth:]
        if not branch["text"].startswith("it "):
            conditions.append(branch["text"])
        else:
            yield contract, key(conditions[-1] if conditions else branch["text"][3:])


def external_functions() -> Iterator[str]:
    """Yield every external function of every packaged contract."""
    for path in PACKAGE.glob("contracts/*.json"):
        for entry in json.loads(path.read_text())["abi"]:
            if entry["type"] == "function":
                yield f"{path.stem}.{entry['name']}"


def test_nothing_takes_ether() -> None:
    for path in PACKAGE.glob("contracts/*.json"):
        entries = json.loads(path.read_text())["abi"]
        assert {entry["type"] for entry in entries} <= {"function", "event", "error"}
        assert "payable" not in {entry.get("stateMutability") for entry in entries}


def test_every_external_function_has_a_tree_and_every_tree_a_function() -> None:
    assert {path.stem for path in TREES} == set(external_functions())


def test_every_contract_is_packaged() -> None:
    sources = [path.read_text() for path in (CHECKOUT / "contracts").glob("*.sol")]
    concrete = {
        name for text in sources for name in re.findall(r"^contract (\w+)", text, re.MULTILINE)
    }
    assert concrete == {path.stem for path in PACKAGE.glob("contracts/*.json")}


@pytest.mark.parametrize("path", TREES, ids=lambda path: path.stem)
def test_every_case_has_a_test_and_every_test_a_case(path: Path) -> None:
    found = set(cases(path.read_text()))
    names = names_by_contract()
    contracts = {contract for contract, _ in found}
    assert found
    assert contracts <= names.keys()
    assert found == {(contract, test) for contract in contracts for test in names[contract]}


def test_a_case_is_named_after_its_nearest_condition() -> None:
    tree = (
        "RegisterTest\n├── it emits X\n└── when A\n    └── when it is B\n        └── it says no\n"
    )
    assert list(cases(tree)) == [("RegisterTest", "emitsx"), ("RegisterTest", "whenitisb")]
