"""Judge the report of a Halmos run: every law proven, by checks that reach their end.

``proofs.py REPORT`` prints a table, and fails unless every check of every contract passed in full.
Those of ``ReachableProof`` must all fail: each shows that the call which the other contracts prove
something about can succeed.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

LAWS = {"CommitmentProof", "RevocationProof", "AuthorityProof", "SequenceProof"}
REACHABLE = "ReachableProof"
CALLS = 8
PASSED, COUNTEREXAMPLE = 0, 1


def is_right(contract: str, check: dict[str, Any]) -> bool:
    """Tell whether one check ended as it has to, with no loop cut short."""
    wanted = COUNTEREXAMPLE if contract == REACHABLE else PASSED
    return bool(check["exitcode"] == wanted and check["num_bounded_loops"] == 0)


def judge(results: dict[str, list[dict[str, Any]]]) -> list[str]:
    """Print a line per contract, and return what is wrong."""
    problems = []
    found = {name.rpartition(":")[2]: checks for name, checks in results.items()}
    for contract in sorted(LAWS | {REACHABLE}):
        checks = found.get(contract, [])
        wrong = [check["name"] for check in checks if not is_right(contract, check)]
        paths = sum(check["num_paths"][0] for check in checks)
        seconds = sum(check["time"][0] for check in checks)
        outcome = "counterexamples, as wanted" if contract == REACHABLE else "proven"
        right = len(checks) - len(wrong)
        print(f"{contract:<16} {right}/{CALLS} {outcome}, {paths} paths, {seconds:.0f} s")
        problems += [f"{contract}: {name}" for name in wrong]
        if len(checks) != CALLS:
            problems.append(f"{contract}: {len(checks)} checks instead of {CALLS}")
    return problems + [f"{name} is not judged" for name in found.keys() - LAWS - {REACHABLE}]


def main(arguments: list[str]) -> int:
    """Judge the report that the one argument names, and return the exit status."""
    report = Path(arguments[0])
    if not report.exists():
        print("Halmos left no report", file=sys.stderr)
        return 1
    problems = judge(json.loads(report.read_text())["test_results"])
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
