"""Patterns of paths that a publisher leaves out of an artifact."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from fnmatch import translate


def matcher(patterns: Collection[str]) -> Callable[[str], bool]:
    r"""Return a function that says whether a file's path matches any pattern.

    A pattern is compared with the whole path, as `fnmatch.fnmatchcase` does: ``*`` stands for any
    characters and ``?`` for any one character, ``/`` included in both; ``[abc]`` and ``[!abc]``
    stand for one character; upper and lower case differ. So ``*.pyc`` matches at any depth,
    ``.git/**`` and ``.git/*`` alike match everything below ``.git``, and ``.git`` matches a file of
    that name, never a directory.
    """
    matches = [re.compile(translate(pattern)).match for pattern in patterns]
    return lambda path: any(match(path) is not None for match in matches)
