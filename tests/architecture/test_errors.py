"""The tree of errors is whole: each one is documented and has a code and an exit status."""

from __future__ import annotations

import inspect
import re
from collections import Counter

import pytest

from weightmark import errors
from weightmark.errors import WeightmarkError, all_errors

EXIT_STATUSES = {1, 2, 3, 4}
BRANCH = re.compile(r"^ {4}(?P<indent>[│ ]*)[├└]── (?P<name>\w+)(?: +exit (?P<status>\d))?")


def drawn_tree() -> dict[str, tuple[str, str | None]]:
    """Return the parent, and the exit status if there is one, of each error in the docstring."""
    assert errors.__doc__
    ancestors = [WeightmarkError.__name__]
    drawn: dict[str, tuple[str, str | None]] = {}
    for match in filter(None, map(BRANCH.match, errors.__doc__.splitlines())):
        depth = len(match["indent"]) // 4 + 1
        ancestors[depth:] = [match["name"]]
        drawn[match["name"]] = ancestors[depth - 1], match["status"]
    return drawn


def defined_errors() -> list[type[WeightmarkError]]:
    """Return every error of the errors module."""
    return [error for error in all_errors() if error.__module__ == errors.__name__]


def test_every_error_is_defined_in_one_module() -> None:
    assert defined_errors() == list(all_errors())


def test_codes_are_unique() -> None:
    counted = Counter(error.code for error in all_errors())
    assert [code for code, count in counted.items() if count > 1] == []


@pytest.mark.parametrize("error", all_errors())
def test_error_is_complete(error: type[WeightmarkError]) -> None:
    assert inspect.cleandoc(error.__doc__ or "")
    assert error.exit_status in EXIT_STATUSES
    assert 400 <= error.http_status < 600
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", error.code)
    assert "code" in vars(error)


def test_the_docstring_draws_the_tree() -> None:
    drawn = drawn_tree()
    defined = {
        error.__name__: error.__bases__[0].__name__
        for error in defined_errors()
        if error is not WeightmarkError
    }
    assert {name: parent for name, (parent, _) in drawn.items()} == defined


def test_the_docstring_gives_the_exit_statuses() -> None:
    for name, (parent, status) in drawn_tree().items():
        exit_status = getattr(errors, name).exit_status
        assert exit_status == (int(status) if status else getattr(errors, parent).exit_status)
