"""Which paths a pattern matches."""

from __future__ import annotations

import pytest

from weightmark.domain.patterns import MAX_PATTERN_BYTES, MAX_PATTERNS, matcher
from weightmark.errors import ArtifactError


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


@pytest.mark.parametrize(
    ("patterns", "bound"),
    [
        (["a"] * (MAX_PATTERNS + 1), MAX_PATTERNS),
        (["a" * MAX_PATTERN_BYTES, "b"], MAX_PATTERN_BYTES),
        (["\u00e9" * (MAX_PATTERN_BYTES // 2), "b"], MAX_PATTERN_BYTES),
    ],
)
def test_too_many_or_too_long_patterns_are_refused(patterns: list[str], bound: int) -> None:
    with pytest.raises(ArtifactError, match=f"more than {bound} "):
        matcher(patterns)
    assert matcher(patterns[:-1])(patterns[0])
