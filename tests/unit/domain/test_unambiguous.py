"""JSON that some readers would take for one thing, and others for another, or stumble over."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from weightmark.domain.unambiguous import MAX_DEPTH, check_depth, check_unambiguous, count_values


@pytest.fixture
def _raised_limit() -> Iterator[None]:
    """Allow as much recursion as packages do that a program may have imported."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(100_000)
    yield
    sys.setrecursionlimit(limit)


@pytest.mark.parametrize(
    "data",
    [
        b'{"a": 1, "b": {"a": 2}}',
        b'[{"a": 1}, {"a": 2}]',
        b'"a"',
        b"[" + b"[]," * 1000 + b"[]]",
        b'["' + b"[" * 1000 + b'", "\\"' + b"{" * 1000 + b'"]',
        b"[" * MAX_DEPTH + b"]" * MAX_DEPTH,
    ],
)
def test_what_can_be_read_in_one_way(data: bytes) -> None:
    check_unambiguous(data)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'{"a": 1, "a": 1}', "occurs twice"),
        (b'{"a": 1, "\\u0061": 2}', "occurs twice"),
        (b'[{"b": {"a": 1, "c": 3, "a": 2}}]', "occurs twice"),
        (b'{"a": 1', "delimiter"),
        (b"[" + b"[]," * MAX_DEPTH + b'"' + b'\\"' * 200_000, "Unterminated string"),
        (b"[" + b"[]," * MAX_DEPTH + b'"\\', "Unterminated string"),
        (b"\xff", "invalid start byte"),
        (b"\xef\xbb\xbf{}", "BOM"),
        ('{"a": 1}'.encode("utf-16"), "invalid start byte"),
        (b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), "too deep"),
    ],
)
def test_what_can_be_read_in_two_ways_or_in_none(data: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        check_unambiguous(data)


@pytest.mark.usefixtures("_raised_limit")
@pytest.mark.parametrize(
    "data",
    [
        b"[" * 200_000,
        b'{"a":' * 200_000,
        b'["a\\\\", ' + b"[" * 200_000,
        b'{"]": "}", "a": ' * 200_000,
        b"[" * 200_000 + b'"' + b'\\"' * 200_000,
    ],
)
def test_no_depth_takes_the_process_with_it(data: bytes) -> None:
    with pytest.raises(ValueError, match="too deep"):
        check_depth(data)


@pytest.mark.parametrize(
    ("data", "values"),
    [
        (b"1", 1),
        (b"[1,2,3]", 4),
        (b'{"a":1,"b":[2,3]}', 5),
        (b'[",[{\\",[{", "\\\\", 3]', 4),
        (b'["' + b"," * 3 * 2**20 + b'",1]', 3),
        (b'["' + b'\\",' * 2**20 + b'",1]', 3),
        (b"[" + b'",",' * 2**19 + b"1]", 2**19 + 2),
    ],
)
def test_values_are_counted_outside_of_strings(data: bytes, values: int) -> None:
    assert count_values(data) == values


def test_depth_goes_on_from_one_part_to_the_next() -> None:
    far = b'"' + b"]" * 2**20 + b'",'
    with pytest.raises(ValueError, match="too deep"):
        check_depth((b"[" + far) * (MAX_DEPTH + 1))
    check_depth((b"[" + far) * MAX_DEPTH)
