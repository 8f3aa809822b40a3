"""Depth and values of any JSON, in parts as small as they can be, against a plain count of them."""

from __future__ import annotations

import json
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weightmark.domain import unambiguous
from weightmark.domain.unambiguous import check_depth, check_unambiguous, count_values

DEPTH = 2
# What looks like the ends of strings, lists and objects.
TEXTS = st.text('[]{},:"\\ aé', max_size=6)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
WINDOWS = st.integers(1, 9)


def parts_of(value: object) -> list[object]:
    """Return what is in a list or an object."""
    if isinstance(value, dict):
        return [*value.values()]
    return value if isinstance(value, list) else []


def depth_of(value: object) -> int:
    """Return how many brackets are open at the deepest place."""
    deepest = max(map(depth_of, parts_of(value)), default=0)
    return deepest + isinstance(value, list | dict)


def count_of(value: object) -> int:
    """Return the number of values, where an empty list or object counts as two."""
    is_empty = isinstance(value, list | dict) and not value
    return 1 + is_empty + sum(map(count_of, parts_of(value)))


@given(VALUES, st.integers(0, DEPTH + 1), WINDOWS, st.sampled_from((None, 1)))
def test_depth_is_that_of_the_values(
    inner: object, levels: int, window: int, indent: int | None
) -> None:
    value = inner
    for _ in range(levels):
        value = [value, "]", inner]
    data = json.dumps(value, indent=indent).encode()
    with patch.multiple(unambiguous, MAX_DEPTH=DEPTH, _WINDOW=window):
        if depth_of(value) <= DEPTH:
            check_unambiguous(data)
        else:
            with pytest.raises(ValueError, match="nested too deep"):
                check_depth(data)


@given(VALUES, WINDOWS)
def test_values_are_counted_in_any_parts(value: object, window: int) -> None:
    data = json.dumps(value).encode()
    with patch.object(unambiguous, "_WINDOW", window):
        assert count_values(data) == count_of(value)


@given(st.dictionaries(TEXTS, st.none(), min_size=1, max_size=3), st.integers(0, 2))
def test_whichever_member_occurs_twice(members: dict[str, None], place: int) -> None:
    twice = [*members][place % len(members)]
    text = json.dumps(members)[:-1] + f", {json.dumps(twice)}: 0}}"
    assert json.loads(text).keys() == members.keys()
    for found in (text, f'{{"deep": [0, {text}]}}'):
        with pytest.raises(ValueError, match="a member occurs twice"):
            check_unambiguous(found.encode())
