"""What a gateway sends as a stream: the blocks on a path, and so many at its end as are wanted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain
from typing import Final

from weightmark.api.content_path import PROBE, ContentPath
from weightmark.domain.ipfs.car import header, section_head
from weightmark.domain.ipfs.selecting import Scope, selected, way
from weightmark.errors import UsageError
from weightmark.ports.blocks import BlockSource

# DAG-CBOR writes the length of a short CID otherwise than that of others.
_PROBE_HEADER: Final = b"\x19\xa2eroots\x81\xd8\x2a\x45\x00" + PROBE + b"gversion\x01"


@dataclass(frozen=True, slots=True)
class ContentStream:
    """A CAR file that is made as it is sent: depth first, each block once.

    Its header names the end of the path, as Kubo's does; no specification says what to name.

    Attributes:
        way: The blocks on the path, of which the last is its end.
        scope: How much of that end.
        blocks: Where they are.
    """

    way: tuple[bytes, ...]
    scope: Scope
    blocks: BlockSource

    @classmethod
    def open(
        cls, path: ContentPath, query: Mapping[str, str], blocks: BlockSource
    ) -> ContentStream:
        """Find what is asked for; its root is there, and all that the path leads through.

        Raises:
            UsageError: The query asks for something else.
            MissingPathError: The path leads nowhere.
            ContentUnavailableError: A block is not there.
            ContentError: A block has changed.
        """
        scope = _scope(query)
        if path.is_probe:
            return cls((PROBE,), scope, blocks)
        blocks.get(path.root)
        return cls(way(path.root, path.names, blocks.get), scope, blocks)

    @property
    def identity(self) -> str:
        """What two streams of the same bytes have in common, and no others."""
        return f"{self.scope}.{sha256(b''.join(self.way)).hexdigest()}"

    def pieces(self) -> Iterator[bytes]:
        """Give the stream, block by block, each of them as long as it is needed.

        Raises:
            ContentUnavailableError: A block is not there.
            ContentError: A block has changed.
        """
        *before, end = self.way
        if end == PROBE:
            yield _PROBE_HEADER
            return
        yield header(end)
        for cid in chain(before, selected(end, self.scope, self.blocks.get)):
            block = self.blocks.get(cid)
            yield section_head(cid, len(block)) + block


def _scope(query: Mapping[str, str]) -> Scope:
    wanted = query.get("dag-scope", Scope.ALL)
    if wanted not in set(Scope):
        raise UsageError(f"'dag-scope' is one of {', '.join(Scope)}")
    if "entity-bytes" in query:
        raise UsageError("parts of files are not served", hint="ask for single blocks")
    return Scope(wanted)
