"""Text from outside, made safe to show."""

from __future__ import annotations

import unicodedata

# Control, format (which holds the bidirectional marks), surrogate, private and unassigned
# characters, and the separators of lines and paragraphs.
_ESCAPED = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))


def printable(text: str) -> str:
    """Return ``text`` with every character escaped that could act on a terminal or reorder a line.

    The result is printable; a backslash in ``text`` is doubled, so that the result is unambiguous.
    """
    if text.isascii() and text.isprintable() and "\\" not in text:
        return text
    return "".join(map(_escaped, text))


def _escaped(character: str) -> str:
    if character == "\\" or unicodedata.category(character) in _ESCAPED:
        return character.encode("unicode_escape", "surrogatepass").decode("ascii")
    return character
