"""How models stand, by what was found of their signatures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.earlier import KEYS
from weightmark.adapters.signing.public_key_files import read_public_key
from weightmark.domain.manifest import format_timestamp
from weightmark.domain.signatures.envelope import Envelope, Signature
from weightmark.domain.signatures.statement import Statement
from weightmark.domain.verdict import Check, Outcome, Verdict
from weightmark.services.signatures.files import SignedFile
from weightmark.services.signatures.keys import ExaminedSignature
from weightmark.services.signatures.trees import (
    Age,
    InventoryEntry,
    Standing,
    TreeVerdict,
    take_inventory,
)
from weightmark.services.signatures.verify import MISSING, SignatureVerdict

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
AGE = Age(NOW - timedelta(days=90), NOW)
GOOD = Check(8, "signature", Outcome.PASSED, "good")


def signed(*times: str) -> SignatureVerdict:
    """Return a verdict on what was signed at those times, by whom one trusts."""
    key = read_public_key((KEYS / "ed25519.pub").read_bytes(), "")
    files = (SignedFile("x", Envelope(b"", ()), Statement("x", (), signed=each)) for each in times)
    findings = tuple(ExaminedSignature(file, Signature(b""), key) for file in files)
    return SignatureVerdict(Verdict((GOOD,)), findings)


def bad(name: str, outcome: Outcome) -> SignatureVerdict:
    return SignatureVerdict(Verdict((GOOD, Check(8, name, outcome, "wrong", paths=("a",)))))


def entry_of(found: SignatureVerdict, age: Age | None = AGE) -> InventoryEntry:
    (entry,) = take_inventory(TreeVerdict({"m": found}), age)
    return entry


@pytest.mark.parametrize(
    ("days", "standing"),
    [
        ((0,), Standing.SIGNED),
        ((90,), Standing.SIGNED),
        ((91,), Standing.OLD),
        ((1, 91), Standing.OLD),
        ((-1,), Standing.UNDATED),
    ],
)
def test_the_first_time_decides(days: tuple[int, ...], standing: Standing) -> None:
    times = [format_timestamp(NOW - timedelta(days=each)) for each in days]
    entry = entry_of(signed(*times))
    assert (entry.standing, entry.first_signed) == (standing, min(times))
    assert bool(entry.reason) is (standing is not Standing.SIGNED)
    assert entry_of(signed(*times), None).standing is Standing.SIGNED


def test_a_time_that_nobody_tells() -> None:
    """The reference of OpenSSF Model Signing tells none."""
    assert entry_of(signed("")).standing is Standing.UNDATED
    assert entry_of(signed("", format_timestamp(NOW))).standing is Standing.UNDATED
    assert entry_of(signed(""), None) == InventoryEntry("m", Standing.SIGNED)


@pytest.mark.parametrize(
    ("name", "outcome", "standing"),
    [
        (MISSING, Outcome.FAILED, Standing.UNSIGNED),
        ("signature", Outcome.FAILED, Standing.BAD),
        ("files", Outcome.INVALID, Standing.BAD),
        ("signers", Outcome.UNCHECKED, Standing.BAD),
    ],
)
def test_what_is_not_verified(name: str, outcome: Outcome, standing: Standing) -> None:
    for age in (AGE, None):
        entry = entry_of(bad(name, outcome), age)
        assert (entry.standing, entry.first_signed) == (standing, "")
        assert "wrong" in entry.reason


def test_the_gravest_verdict_is_that_of_the_tree() -> None:
    one, other = bad("files", Outcome.INVALID), bad("files", Outcome.UNCHECKED)
    assert TreeVerdict({"a": signed(""), "b": signed("")}).exit_status == 0
    assert TreeVerdict({"a": signed(""), "b": other}).exit_status == 3
    assert TreeVerdict({"a": one, "b": other}).exit_status == 4
    assert TreeVerdict({"a": one, "b": bad("x", Outcome.FAILED)}).exit_status == 1
    assert TreeVerdict({}).exit_status == 3
