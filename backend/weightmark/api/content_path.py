"""What is asked of a gateway: ``/ipfs/CID``, and names behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from weightmark.api.negotiation import HINT
from weightmark.domain.content_address import cid_text, parse_cid
from weightmark.errors import ContentError, MissingPathError, UsageError

# The identity CID of nothing, which clients ask for to learn whether this is a gateway.
PROBE: Final = b"\x01\x55\x00\x00"


@dataclass(frozen=True, slots=True)
class ContentPath:
    """A root, and names that lead on from it.

    Attributes:
        root: The CID.
        names: The names, without those that are empty.
        text: The path as it was asked for, percent-encoded.
    """

    root: bytes
    names: tuple[str, ...]
    text: str

    @classmethod
    def parse(cls, text: str) -> ContentPath:
        """Read a path that is percent-encoded.

        Raises:
            MissingPathError: It is no path of IPFS.
            UsageError: Its root is no CID.
        """
        match [unquote(part) for part in text.split("/")]:
            case ["", "ipfs", cid, *names] if cid:
                return cls(_root(cid), tuple(filter(None, names)), text)
        raise MissingPathError("there is nothing but /ipfs/CID", hint=HINT)

    @property
    def is_probe(self) -> bool:
        """Whether somebody wants to know what this is."""
        return self.root == PROBE

    @property
    def name(self) -> str:
        """The CID as text."""
        return cid_text(self.root)


def _root(text: str) -> bytes:
    if text == cid_text(PROBE):
        return PROBE
    try:
        return parse_cid(text)
    except ContentError as error:
        raise UsageError(error.message, hint=error.hint) from None
