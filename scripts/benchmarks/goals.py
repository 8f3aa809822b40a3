"""The goals: what a row must reach, alone or as a ratio to another row of the same run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scripts.benchmarks.measure import Sample


@dataclass(frozen=True, slots=True)
class Goal:
    """One goal.

    Attributes:
        row: The row that must reach it.
        limit: The largest value that does.
        against: The row whose seconds are 1; empty for a value of its own.
        is_memory: Whether the value is the peak in MiB, and not seconds.
    """

    row: str
    limit: float
    against: str = ""
    is_memory: bool = False

    def value(self, samples: Mapping[str, Sample]) -> float | None:
        """Return what was reached; None if a row was not measured."""
        sample, other = samples.get(self.row), samples.get(self.against)
        if sample is None or (self.against and other is None):
            return None
        if self.is_memory:
            return sample.peak_mib
        return sample.seconds / other.seconds if other else sample.seconds

    @property
    def text(self) -> str:
        """What is compared, in words."""
        if self.is_memory:
            return f"{self.row}: peak MiB"
        return f"{self.row} / {self.against}" if self.against else f"{self.row}: seconds"


def _both(kind: str, limit: float, against: str) -> list[Goal]:
    return [Goal(f"{verb} {kind}", limit, against) for verb in ("create", "verify")]


GOALS = (
    *_both("large sha2-256", 1.15, "limit sha2-256"),
    *_both("large blake3", 1.3, "limit blake3"),
    Goal("create large sha2-256", 1 / 1.3, "model_signing sign"),
    Goal("verify large sha2-256", 1 / 1.3, "model_signing verify"),
    Goal("create large blake3", 1 / 2, "model_signing sign"),
    Goal("verify large blake3", 1 / 2, "model_signing verify"),
    Goal("digests and CIDs", 1.1, "limit digests and CIDs"),
    Goal("digests and CIDs", 60, is_memory=True),
    Goal("signature create", 1 / 1.3, "model_signing sign"),
    Goal("signature verify", 1 / 1.3, "model_signing verify"),
    Goal("signature verify", 60, is_memory=True),
    *_both("more sha2-256", 2.5, "sha256sum more"),
    Goal("create again, one changed", 0.3),
    Goal("--help", 0.10),
    Goal("--version", 0.10),
    Goal("verify small sha2-256", 0.20),
    *(
        Goal(f"{verb} {tree}", limit, is_memory=True)
        for verb in ("create", "verify")
        for tree, limit in (
            ("large sha2-256", 60),
            ("large blake3", 60),
            ("fewer sha2-256", 60),
            ("more sha2-256", 250),
        )
    ),
)
