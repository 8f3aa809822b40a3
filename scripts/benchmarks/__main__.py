"""The command line of the benchmark."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path

from scripts.benchmarks.data import FULL, QUICK, make_trees
from scripts.benchmarks.goals import GOALS
from scripts.benchmarks.measure import CommandFailedError, Sample, run
from scripts.benchmarks.rows import Row, Workshop

PEER = Path(__file__).resolve().parents[2] / "build/peers/model-signing/bin/python"


def parser() -> argparse.ArgumentParser:
    """Return the options."""
    options = argparse.ArgumentParser(
        prog="scripts/benchmark",
        description="Measure Weightmark against its limits and its peers, in whole processes.",
        epilog="Data of 2.4 GiB is made in a temporary directory, or once under --data.",
    )
    options.add_argument("--data", type=Path, metavar="DIR", help="keep the data there")
    options.add_argument("--quick", action="store_true", help="little data: shows that it runs")
    options.add_argument("--runs", type=int, default=5, help="runs of each row (default: 5)")
    options.add_argument("--gap", type=float, default=0.2, help="seconds between runs")
    options.add_argument("--weightmark", type=Path, help="the command (default: on PATH)")
    options.add_argument(
        "--peer-python",
        type=Path,
        metavar="PYTHON",
        default=PEER if PEER.exists() else None,
        help="an interpreter with model_signing (default: that of scripts/setup)",
    )
    options.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    return options


def weightmark_command(given: Path | None) -> Path:
    """Return the command that is measured: the given one, the checkout's, or that on PATH."""
    if given is not None:
        return given.absolute()
    ours = Path(__file__).resolve().parents[2] / ".venv/bin/weightmark"
    found = str(ours) if ours.exists() else shutil.which("weightmark")
    if found is None:
        sys.exit("weightmark is not installed: run scripts/setup, or name it with --weightmark")
    return Path(found)


def measure(rows: list[Row], runs: int, gap: float) -> dict[str, list[Sample]]:
    """Run all rows by turns, several times, after one run of each that does not count."""
    samples: dict[str, list[Sample]] = {row.name: [] for row in rows}
    for turn in range(runs + 1):
        for row in rows:
            time.sleep(gap)
            sample = run(row.command, row.prepare())
            if turn:
                samples[row.name].append(sample)
    return samples


def best(samples: list[Sample]) -> Sample:
    """Return the least time and the largest peak of several runs."""
    return Sample(min(s.seconds for s in samples), max(s.peak_mib for s in samples))


def table(rows: list[Row], results: dict[str, Sample]) -> str:
    """Return the figures of all rows, and then the goals, as text."""
    lines = [f"{'row':<28}{'seconds':>9}{'GB/s':>8}{'peak MiB':>10}"]
    for row in rows:
        sample = results[row.name]
        rate = f"{row.size / sample.seconds / 1e9:.2f}" if row.size else ""
        lines.append(f"{row.name:<28}{sample.seconds:>9.3f}{rate:>8}{sample.peak_mib:>10.0f}")
    lines += ["", f"{'goal':<52}{'at most':>9}{'reached':>9}"]
    for goal in GOALS:
        value = goal.value(results)
        if value is not None:
            verdict = "" if value <= goal.limit else "  missed"
            lines.append(f"{goal.text:<52}{goal.limit:>9.2f}{value:>9.2f}{verdict}")
    return "\n".join(lines)


def document(samples: dict[str, list[Sample]], results: dict[str, Sample]) -> dict[str, object]:
    """Return all figures for ``--json``."""
    return {
        "rows": {
            name: [{"seconds": s.seconds, "peak_mib": s.peak_mib} for s in each]
            for name, each in samples.items()
        },
        "goals": [
            {"goal": goal.text, "at_most": goal.limit, "reached": goal.value(results)}
            for goal in GOALS
        ],
    }


def main() -> None:
    """Make the data, run the rows, print the table."""
    options = parser().parse_args()
    with tempfile.TemporaryDirectory(prefix="weightmark-benchmark-") as temporary:
        trees = make_trees(options.data or Path(temporary), QUICK if options.quick else FULL)
        work = Path(temporary) / "work"
        work.mkdir()
        command = weightmark_command(options.weightmark)
        workshop = Workshop(trees, work, command, options.peer_python)
        rows: list[Row] = []
        samples: dict[str, list[Sample]] = {}
        for group in workshop.groups():
            rows += group
            samples.update(measure(group, options.runs, options.gap))
    results = {name: best(each) for name, each in samples.items()}
    print(table(rows, results))
    if options.json is not None:
        options.json.write_text(json.dumps(document(samples, results), indent=2) + "\n")


if __name__ == "__main__":
    try:
        main()
    except CommandFailedError as error:
        sys.exit(f"a command failed: {error}")
