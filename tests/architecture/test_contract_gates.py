"""What judges the contracts' coverage and proofs passes on nothing less than all of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.architecture.sources import CHECKOUT, load_script

SOURCE = "contracts/A.sol"
BRANCHING = "contract A {\n    function f() {\n        if (x) g();\n    }\n}\n"
STRAIGHT = "contract A {\n    function f() {\n        g(); // if (x)\n    }\n}\n"
LINES, LINES_MISSED = "DA:2,1\nDA:3,1\n", "DA:2,1\nDA:3,0\n"
BRANCHES, BRANCHES_MISSED = "BRDA:3,0,0,1\n", "BRDA:3,0,0,1\nBRDA:3,0,1,-\n"

Results = dict[str, list[dict[str, Any]]]


@pytest.mark.parametrize(
    ("source", "lines", "branches", "complaint"),
    [
        (BRANCHING, LINES, BRANCHES, ""),
        (STRAIGHT, LINES, "", ""),
        (STRAIGHT, LINES, None, ""),
        (STRAIGHT, LINES_MISSED, "", "contracts/A.sol: not reached: lines 3\n"),
        (STRAIGHT, "", "", "contracts/A.sol: no lines were counted\n"),
        (STRAIGHT, None, "", "contracts/A.sol: no lines were counted\n"),
        (BRANCHING, LINES, BRANCHES_MISSED, "contracts/A.sol: not taken: branches at lines 3\n"),
        (BRANCHING, LINES, "", "contracts/A.sol: branches, where forge counts none\n"),
        (BRANCHING, LINES, None, "contracts/A.sol: branches, where forge counts none\n"),
    ],
)
def test_coverage_is_of_every_line_and_branch(
    source: str,
    lines: str | None,
    branches: str | None,
    complaint: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    script = load_script("analysis/coverage.py")
    monkeypatch.setattr(script, "COPY", tmp_path)
    monkeypatch.setattr(script, "copy_sources", lambda: None)
    monkeypatch.setattr(script, "run", lambda _command: None)
    for path, text in (
        (SOURCE, source),
        ("coverage/lcov.info", report(lines)),
        ("lcov.info", report(branches)),
    ):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    assert script.main() == (1 if complaint else 0)
    assert capsys.readouterr().err == complaint


@pytest.mark.parametrize("script", ["coverage-contracts", "analyze-contracts"])
def test_the_gates_run_in_the_project_s_own_environment(script: str) -> None:
    """Not with what is on PATH, such as a Node that is too old."""
    lines = (CHECKOUT / "scripts" / script).read_text().splitlines()
    assert lines[0] == "#!/bin/sh"
    assert ". scripts/environment.sh" in lines
    assert "environment.sh" not in (CHECKOUT / ".ci/run").read_text()


def report(entries: str | None) -> str:
    """Return a report of LCOV; without entries it does not name the file."""
    return "" if entries is None else f"TN:\nSF:{SOURCE}\n{entries}end_of_record\n"


def proven() -> Results:
    """Return what Halmos reports when every law is proven."""
    script = load_script("analysis/proofs.py")
    return {
        f"tests/{name}.sol:{name}": [
            check(number, exitcode=int(name == script.REACHABLE)) for number in range(script.CALLS)
        ]
        for name in script.LAWS | {script.REACHABLE}
    }


def check(number: int, *, exitcode: int = 0, loops: int = 0) -> dict[str, Any]:
    """Return what Halmos reports of one check."""
    return {
        "name": f"check_{number}",
        "exitcode": exitcode,
        "num_bounded_loops": loops,
        "num_paths": [2, 1, 0],
        "time": [1.0, 1.0, 0.0],
    }


def test_laws_are_proven() -> None:
    assert load_script("analysis/proofs.py").judge(proven()) == []


@pytest.mark.parametrize(
    ("contract", "wrong"),
    [
        *(("SequenceProof", check(0, exitcode=code)) for code in (1, 2, 3, 4, 5)),
        ("SequenceProof", check(0, loops=1)),
        ("ReachableProof", check(0, exitcode=0)),
        ("ReachableProof", check(0, exitcode=2)),
    ],
)
def test_a_check_that_ends_otherwise_is_no_proof(contract: str, wrong: dict[str, Any]) -> None:
    results = proven()
    results[f"tests/{contract}.sol:{contract}"][0] = wrong
    assert load_script("analysis/proofs.py").judge(results) == [f"{contract}: check_0"]


def test_a_call_that_is_not_checked_is_missed() -> None:
    results = proven()
    results["tests/AuthorityProof.sol:AuthorityProof"].pop()
    complaint = "AuthorityProof: 7 checks instead of 8"
    assert load_script("analysis/proofs.py").judge(results) == [complaint]


def test_a_law_that_is_not_checked_is_missed() -> None:
    results = proven()
    results["tests/Another.sol:Another"] = results.pop("tests/AuthorityProof.sol:AuthorityProof")
    assert load_script("analysis/proofs.py").judge(results) == [
        "AuthorityProof: 0 checks instead of 8",
        "Another is not judged",
    ]


def test_without_a_report_nothing_is_proven(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert load_script("analysis/proofs.py").main([str(tmp_path / "proofs.json")]) == 1
    assert capsys.readouterr().err == "Halmos left no report\n"
