"""The verdict of a verification: every check with its outcome, and the one outcome they give."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from weightmark.errors import WeightmarkError


class Outcome(StrEnum):
    """What a check found. Only `PASSED`, `WARNED` and `NOT_APPLICABLE` let a verification pass."""

    PASSED = "passed"
    WARNED = "warned"
    NOT_APPLICABLE = "not-applicable"
    FAILED = "failed"
    INVALID = "invalid"
    UNCHECKED = "unchecked"


# Exit 1 outranks 4, and 4 outranks 3.
_STATUS_BY_RANK = ((Outcome.FAILED, 1), (Outcome.INVALID, 4), (Outcome.UNCHECKED, 3))


MAX_PATHS_IN_SUMMARY = 3

# The trust mode of a verdict for which no chain was read.
NO_CHAIN = "none"


@dataclass(frozen=True, slots=True)
class Check:
    """One check of the procedure.

    Attributes:
        step: The step of the procedure, from 1 to 9, that the check belongs to.
        name: A stable name, for programs.
        outcome: What it found.
        message: A sentence for people; for an outcome that is not a pass, what is wrong.
        hint: What to do about it, or an empty string.
        paths: The files that the finding concerns, if any.
    """

    step: int
    name: str
    outcome: Outcome
    message: str
    hint: str = ""
    paths: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        """The message, with the first of the files that it concerns."""
        if not self.paths:
            return self.message
        others = len(self.paths) - MAX_PATHS_IN_SUMMARY
        more = f" and {others} more" if others > 0 else ""
        return f"{self.message}: {', '.join(self.paths[:MAX_PATHS_IN_SUMMARY])}{more}"

    @classmethod
    def of_error(cls, step: int, name: str, error: WeightmarkError) -> Self:
        """Return the check that an error stands for; its exit status gives the outcome."""
        by_status = {status: outcome for outcome, status in _STATUS_BY_RANK}
        outcome = by_status.get(error.exit_status, Outcome.UNCHECKED)
        return cls(step, name, outcome, error.message, error.hint)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Every check that was made, in order, and what was verified.

    Attributes:
        checks: All checks, also those that passed or did not apply.
        release: The release as a REF with chain id and address, or an empty string.
        trust_mode: How the chain was read: ``rpc``, or ``none`` where no chain was read.
        partial: Whether only a part of the files was checked.
    """

    checks: tuple[Check, ...]
    release: str = ""
    trust_mode: str = NO_CHAIN
    partial: bool = False

    @property
    def exit_status(self) -> int:
        """0 if verified; otherwise the status of the check that outranks the others.

        Where nothing was checked, nothing is verified.
        """
        found = {check.outcome for check in self.checks} or {Outcome.UNCHECKED}
        return next((status for outcome, status in _STATUS_BY_RANK if outcome in found), 0)

    @property
    def verified(self) -> bool:
        """Whether nothing failed, and nothing was left unchecked."""
        return self.exit_status == 0

    @property
    def problems(self) -> tuple[Check, ...]:
        """The checks that keep the verification from passing, the gravest first."""
        return tuple(
            check
            for outcome, _ in _STATUS_BY_RANK
            for check in self.checks
            if check.outcome is outcome
        )
