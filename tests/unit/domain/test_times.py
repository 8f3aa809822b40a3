"""Times on a chain, as text."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weightmark.domain.registry import FOREVER
from weightmark.domain.times import End, parse_duration, parse_end, parse_time, utc_text
from weightmark.errors import ValueFormatError


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


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-01-01", 0),
        ("2026-11-21T09:00:00Z", 1_795_251_600),
        ("2026-11-21T09:00Z", 1_795_251_600),
        ("9999-12-31T23:59:59Z", 253_402_300_799),
        ("12h", 1_000 + 43_200),
        ("90d", 1_000 + 7_776_000),
        ("2w", 1_000 + 1_209_600),
    ],
)
def test_a_time_is_read(text: str, seconds: int) -> None:
    assert parse_time(text, 1_000) == seconds


@given(st.integers(0, 253_402_300_799))
def test_what_is_written_is_read(seconds: int) -> None:
    assert parse_time(utc_text(seconds), 0) == seconds


@pytest.mark.parametrize(
    "text",
    ["", "now", "0d", "-1d", "1y", "9999999d", "1795251600", "2026-13-01", "2026-02-30", "never",
     "2026-11-21T09:00:00", "2026-11-21T09:00:00+01:00", "2026-11-21 09:00:00Z", "20261121",
     "2026-W47", "1969-12-31", "0001-01-01", "٢026-11-21", "\x1b[31m"],
)  # fmt: skip
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(ValueFormatError) as caught:
        parse_time(text, 1_000)
    assert "\x1b" not in caught.value.message


def test_a_duration_ends_before_the_year_10000() -> None:
    with pytest.raises(ValueFormatError, match="between 1970 and 9999"):
        parse_time("1h", 253_402_300_000)


@given(st.integers(0, 10**10), st.integers(1, 99), st.sampled_from([("h", 3_600), ("d", 86_400)]))
def test_an_end_after_a_duration_is_rounded_up(now: int, count: int, unit: tuple[str, int]) -> None:
    letter, step = unit
    end = parse_end(f"{count}{letter}", now)
    assert end.time % step == 0
    assert 0 <= end.time - parse_time(f"{count}{letter}", now) < step
    assert end.leeway == step


def test_the_same_words_end_at_the_same_time() -> None:
    now, later = 1_795_251_600, 1_795_251_600 + 3_000
    assert parse_end("90d", now) == parse_end("90d", later)
    assert utc_text(parse_end("90d", now).time) == "2027-02-20T00:00:00Z"
    assert utc_text(parse_end("2w", now).time) == "2026-12-06T00:00:00Z"
    assert parse_end("1h", now) == End(
        now + 3_600, 3_600, "1h from now on, up to a full hour (UTC)"
    )


def test_an_end_that_is_written_out_is_taken_as_it_is() -> None:
    assert parse_end("2026-11-21T09:00:01Z", 0) == End(1_795_251_601)
    assert parse_end("1970-01-02", 0) == End(
        86_400, note="1970-01-02 is the beginning of that day, 00:00 UTC"
    )
    with pytest.raises(ValueFormatError, match="between 1970 and 9999"):
        parse_end("1d", 253_402_300_799 - 90_000)


@pytest.mark.parametrize(
    ("text", "seconds"), [("12h", 43_200), ("90d", 7_776_000), ("2w", 1_209_600)]
)
def test_a_duration(text: str, seconds: int) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "0d", "-1d", "1.5d", "90", "d", "1y", "2026-11-21", "1d 1h"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueFormatError, match="is not a duration"):
        parse_duration(text)
