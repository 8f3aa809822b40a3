"""Times on a chain, as text."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weightmark.domain.registry import FOREVER
from weightmark.domain.times import utc_text


@given(st.integers(0, 253_402_300_799))
def test_a_time_in_range_is_iso_8601(seconds: int) -> None:
    assert datetime.fromisoformat(utc_text(seconds)) == datetime.fromtimestamp(seconds, UTC)
    assert len(utc_text(seconds)) == 20


@given(st.one_of(st.integers(min_value=253_402_300_800), st.integers(max_value=-1)))
def test_a_time_out_of_range_never_comes(seconds: int) -> None:
    assert utc_text(seconds) == "never"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (253_402_300_799, "9999-12-31T23:59:59Z"),
        (253_402_300_800, "never"),
        (FOREVER, "never"),
        (2**256, "never"),
    ],
)
def test_the_ends_of_the_range(seconds: int, text: str) -> None:
    assert utc_text(seconds) == text
