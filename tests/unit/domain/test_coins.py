"""Amounts of a chain's native coin."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weightmark.domain.coins import format_coins, format_gwei, parse_coins
from weightmark.errors import ValueFormatError


@given(st.integers(0, 10**36 - 1))
def test_what_is_written_is_read_as_it_was(wei: int) -> None:
    assert parse_coins(format_coins(wei)) == wei


@pytest.mark.parametrize(
    ("wei", "text"),
    [(0, "0"), (1, "0.000000000000000001"), (15 * 10**14, "0.0015"), (10 * 10**18, "10")],
)
def test_amounts_are_written_exactly(wei: int, text: str) -> None:
    assert format_coins(wei) == text


@pytest.mark.parametrize(
    ("wei", "text"),
    [
        (0, "0 wei"),
        (999_999, "999999 wei"),
        (10**6, "0.001 gwei"),
        (1_250_000_000, "1.25 gwei"),
        (20 * 10**9, "20 gwei"),
    ],
)
def test_prices_of_gas_are_short(wei: int, text: str) -> None:
    assert format_gwei(wei) == text


@pytest.mark.parametrize(
    "text", ["", "-1", "+1", ".5", "1.", "1e3", "0x10", "1,5", " 1", "1_0", "٣", "inf", "1" * 19]
)
def test_anything_else_is_no_amount(text: str) -> None:
    with pytest.raises(ValueFormatError, match="not a decimal number"):
        parse_coins(text)


def test_nothing_is_smaller_than_a_wei() -> None:
    with pytest.raises(ValueFormatError):
        parse_coins("0." + "0" * 18 + "1")
