"""Patterns of paths that a publisher leaves out of an artifact."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from fnmatch import translate

from weightmark.errors import ArtifactError

# Patterns are compiled, and each is compared with every path: far more than anybody writes by hand.
MAX_PATTERNS = 1000
# Of all patterns together.
MAX_PATTERN_BYTES = 64 * 1024


def matcher(patterns: Collection[str]) -> Callable[[str], bool]:
    r"""Return a function that says whether a file's path matches any pattern.

    A pattern is compared with the whole path, as `fnmatch.fnmatchcase` does: ``*`` stands for any
    characters and ``?`` for any one character, ``/`` included in both; ``[abc]`` and ``[!abc]``
    stand for one character; upper and lower case differ. So ``*.pyc`` matches at any depth,
    ``.git/**`` and ``.git/*`` alike match everything below ``.git``, and ``.git`` matches a file of
    that name, never a directory.

    Raises:
        ArtifactError: There are too many patterns, or they are too long.
    """
    if len(patterns) > MAX_PATTERNS:
        raise ArtifactError(f"there are more than {MAX_PATTERNS} patterns of ignored files")
    if sum(len(each.encode("utf-8", "surrogatepass")) for each in patterns) > MAX_PATTERN_BYTES:
        raise ArtifactError(
            f"the patterns of ignored files have more than {MAX_PATTERN_BYTES} bytes"
        )
    matches = [re.compile(translate(pattern)).match for pattern in patterns]
    return lambda path: any(match(path) is not None for match in matches)
