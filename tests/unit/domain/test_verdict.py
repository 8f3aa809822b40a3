"""The verdict: which outcome outranks which."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weightmark.domain.verdict import MAX_PATHS_IN_SUMMARY, Check, Outcome, Verdict
from weightmark.errors import WeightmarkError, all_errors

PASSING = (Outcome.PASSED, Outcome.WARNED, Outcome.NOT_APPLICABLE)
outcomes = st.lists(st.sampled_from(Outcome), min_size=1)


def verdict_of(*found: Outcome) -> Verdict:
    return Verdict(tuple(Check(1, outcome.value, outcome, "") for outcome in found))


@pytest.mark.parametrize(
    ("found", "status"),
    [
        (PASSING, 0),
        ((Outcome.UNCHECKED,), 3),
        ((Outcome.INVALID,), 4),
        ((Outcome.FAILED,), 1),
        ((Outcome.UNCHECKED, Outcome.INVALID), 4),
        ((Outcome.UNCHECKED, Outcome.FAILED), 1),
        ((Outcome.INVALID, Outcome.FAILED), 1),
        ((Outcome.UNCHECKED, Outcome.INVALID, Outcome.FAILED), 1),
    ],
)
def test_ranks(found: tuple[Outcome, ...], status: int) -> None:
    for order in (found, found[::-1]):
        assert verdict_of(*PASSING, *order, *PASSING).exit_status == status


@given(outcomes)
def test_only_what_passes_altogether_is_verified(found: list[Outcome]) -> None:
    verdict = verdict_of(*found)
    assert verdict.verified == set(found).issubset(PASSING)
    assert verdict.verified == (verdict.exit_status == 0)
    assert verdict.verified == (not verdict.problems)


@given(outcomes)
def test_problems_come_gravest_first_and_none_is_lost(found: list[Outcome]) -> None:
    verdict = verdict_of(*found)
    ranks = [Outcome.FAILED, Outcome.INVALID, Outcome.UNCHECKED]
    told = [ranks.index(check.outcome) for check in verdict.problems]
    assert told == sorted(told)
    assert len(told) == sum(each in ranks for each in found)


def test_a_verdict_without_checks_verifies_nothing() -> None:
    assert not Verdict(()).verified
    assert Verdict(()).exit_status == 3


@pytest.mark.parametrize("kind", all_errors())
def test_no_error_stands_for_a_pass(kind: type[WeightmarkError]) -> None:
    check = Check.of_error(4, "chain", kind("what is wrong", hint="what to do"))
    assert (check.message, check.hint) == ("what is wrong", "what to do")
    expected = 3 if kind.exit_status == 2 else kind.exit_status
    assert Verdict((check,)).exit_status == expected


@pytest.mark.parametrize(
    ("count", "files"),
    [
        (0, ""),
        (1, ": 0"),
        (3, ": 0, 1, 2"),
        (4, ": 0, 1, 2 and 1 more"),
        (9, ": 0, 1, 2 and 6 more"),
    ],
)
def test_a_summary_names_the_first_files(count: int, files: str) -> None:
    assert MAX_PATHS_IN_SUMMARY == 3
    check = Check(7, "extra", Outcome.FAILED, "what is wrong", paths=tuple(map(str, range(count))))
    assert check.summary == f"what is wrong{files}"
