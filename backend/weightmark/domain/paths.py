"""Which paths an artifact may hold.

A path is relative, with ``/`` between its components, in Unicode's normal form C. Whatever could
name a place outside the artifact, or two places at once on some file system, is refused.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable

from weightmark.domain.text import printable
from weightmark.errors import ArtifactError

MAX_PATH_LENGTH = 4096

# Almost every path is like this, and breaks no rule.
_PLAIN = re.compile(r"(?:[A-Za-z0-9_-][A-Za-z0-9._-]*/)*[A-Za-z0-9_-][A-Za-z0-9._-]*")
_REFUSED = re.compile(
    r"""
      (?P<control>[\x00-\x1f\x7f-\x9f])
    | (?P<backslash>\\)
    | (?P<absolute>^/ | ^[A-Za-z]:/)
    | (?P<empty>^$ | // | /$)
    | (?P<dots>(?:^|/)\.{1,2}(?:/|$))
    """,
    re.VERBOSE,
)
_REASONS = {
    "control": "it holds a control character",
    "backslash": "it holds a backslash",
    "absolute": "it is absolute",
    "empty": "it has an empty component",
    "dots": "it has a component '.' or '..'",
}


def check_path(path: str) -> None:
    """Accept one path of an artifact, or say why not.

    Raises:
        ArtifactError: The path breaks a rule of this module.
    """
    if len(path) > MAX_PATH_LENGTH:
        raise _refused(path, f"it is longer than {MAX_PATH_LENGTH} characters")
    if _PLAIN.fullmatch(path):
        return
    match = _REFUSED.search(path)
    if match is not None:
        raise _refused(path, _REASONS[str(match.lastgroup)])
    if path.isascii():
        return
    if any("\ud800" <= character <= "\udfff" for character in path):
        raise _refused(path, "it is not UTF-8")
    if not unicodedata.is_normalized("NFC", path):
        raise _refused(path, "it is not in Unicode's normal form C")


def check_paths(paths: Iterable[str]) -> None:
    """Accept all paths of one artifact together, or say why not.

    Raises:
        ArtifactError: A path breaks a rule, occurs twice, differs from another only in case or
            normal form, or is both a file and a directory.
    """
    files: dict[str, str] = {}
    for path in paths:
        check_path(path)
        key = _folded(path)
        if key in files:
            raise _refused(path, f"it collides with {printable(files[key])}")
        files[key] = path
    # With "/" below every other character, what lies under a file comes right after it.
    ordered = sorted(key.replace("/", "\0") for key in files)
    for one, next_one in itertools.pairwise(ordered):
        if next_one.startswith(f"{one}\0"):
            file, below = (files[key.replace("\0", "/")] for key in (one, next_one))
            raise _refused(below, f"{printable(file)} is a file as well")


def _folded(path: str) -> str:
    if path.isascii():
        return path.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", path).casefold())


def _refused(path: str, reason: str) -> ArtifactError:
    return ArtifactError(
        f"the path '{printable(path[:200])}' is refused: {reason}",
        hint="rename the file; every release must be usable on every file system",
    )
