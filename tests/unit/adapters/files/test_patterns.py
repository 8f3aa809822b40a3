"""Which paths a pattern matches."""

from __future__ import annotations

import pytest

from weightmark.adapters.files.patterns import matcher


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("*.pyc", "a/b/c.pyc", True),
        ("*.pyc", "c.py", False),
        (".git/**", ".git/objects/ab", True),
        (".git/*", ".git/objects/ab", True),
        (".git/**", ".gitignore", False),
        (".git/**", "sub/.git/config", False),
        (".git", ".git/config", False),
        ("a?c", "a/c", True),
        ("[ab].bin", "b.bin", True),
        ("[!ab].bin", "b.bin", False),
        ("README", "readme", False),
        ("a.b", "a.b\n", False),
        ("*", "any\nthing", True),
    ],
)
def test_a_pattern_is_compared_with_the_whole_path(
    pattern: str, path: str, *, expected: bool
) -> None:
    assert matcher([pattern])(path) is expected


def test_one_of_several_is_enough_and_none_matches_nothing() -> None:
    assert matcher(["a", "b"])("b")
    assert not matcher([])("b")
