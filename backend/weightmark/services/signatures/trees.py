"""The signatures of many models: all of them are looked at, and one that fails fails the whole.

A model is signed with its place in the tree for a name, so that two models which were swapped with
their signatures are seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from weightmark.domain.manifest import parse_timestamp
from weightmark.domain.verdict import Verdict
from weightmark.services.signatures.verify import MISSING, SignatureVerdict

# The tree itself, where it is one model.
ROOT = "."


@dataclass(frozen=True, slots=True)
class TreeVerdict:
    """What was found of each model of a tree.

    Attributes:
        models: The verdict on each model, by its path in the tree.
        excluded: What was left out on request.
    """

    models: Mapping[str, SignatureVerdict]
    excluded: tuple[str, ...] = ()

    @property
    def exit_status(self) -> int:
        """The gravest one; where there is no model, nothing is verified."""
        checks = (check for each in self.models.values() for check in each.verdict.checks)
        return Verdict(tuple(checks)).exit_status


class Standing(StrEnum):
    """How a model stands in an inventory."""

    SIGNED = "signed"
    OLD = "old"
    UNDATED = "undated"
    UNSIGNED = "unsigned"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Age:
    """How old a signature may be.

    Attributes:
        oldest: Before when it is old.
        now: After when it is none that could have been made.
    """

    oldest: datetime
    now: datetime


@dataclass(frozen=True, slots=True)
class InventoryEntry:
    """One model of an inventory.

    Attributes:
        path: Where it is in the tree.
        standing: How it stands.
        first_signed: When, by the clock of who signed first; empty if that is not known.
        reason: What is wrong, or an empty text.
        shared_secret: Whether it is a shared secret that signed: whoever verifies could have.
    """

    path: str
    standing: Standing
    first_signed: str = ""
    reason: str = ""
    shared_secret: bool = False


def take_inventory(found: TreeVerdict, age: Age | None) -> tuple[InventoryEntry, ...]:
    """Say how each model stands.

    Args:
        found: What was found.
        age: How old a signature may be; None for any age.
    """
    return tuple(_entry(path, each, age) for path, each in found.models.items())


def _entry(path: str, found: SignatureVerdict, age: Age | None) -> InventoryEntry:
    problems = found.verdict.problems
    if any(check.name == MISSING for check in problems):
        return InventoryEntry(path, Standing.UNSIGNED, "", problems[0].message)
    if not found.verdict.verified:
        return InventoryEntry(path, Standing.BAD, "", "; ".join(each.summary for each in problems))
    signed = min((each.file.statement.signed for each in found.trusted), default="")
    standing, reason = (Standing.SIGNED, "") if age is None else _aged(signed, age)
    keys = (each.verifier.identity for each in found.trusted if each.verifier is not None)
    is_shared = any(key.algorithm.is_shared_secret for key in keys)
    return InventoryEntry(path, standing, signed, reason, is_shared)


def _aged(signed: str, age: Age) -> tuple[Standing, str]:
    if not signed:
        return Standing.UNDATED, "when it was signed is not known"
    time = parse_timestamp(signed)
    if time > age.now:
        return Standing.UNDATED, "the time at which it was signed is still to come"
    if time < age.oldest:
        return Standing.OLD, "it was signed too long ago"
    return Standing.SIGNED, ""
