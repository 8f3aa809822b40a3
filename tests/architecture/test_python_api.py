"""What ``import weightmark`` offers is listed, documented, and all there."""

from __future__ import annotations

import inspect
from types import ModuleType

import pytest

import weightmark

PROMISED = {"WeightmarkError", "__version__", "publish", "require", "verify"}


def test_the_promised_names_are_listed() -> None:
    assert set(weightmark.__all__) >= PROMISED


def test_all_is_sorted_and_without_repetition() -> None:
    assert list(weightmark.__all__) == sorted(set(weightmark.__all__))


def test_nothing_public_is_missing_from_all() -> None:
    public = {
        name
        for name, value in vars(weightmark).items()
        if not name.startswith("_")
        and not isinstance(value, ModuleType)
        and getattr(value, "__module__", "").startswith("weightmark")
    }
    assert public <= set(weightmark.__all__)


@pytest.mark.parametrize("name", sorted(set(weightmark.__all__) - {"__version__"}))
def test_each_name_is_there_and_documented(name: str) -> None:
    assert inspect.getdoc(getattr(weightmark, name))


def test_other_names_are_not_there() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = weightmark.no_such_name
