"""Finding all blocks below a root."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from weightmark.domain.content_address import is_raw
from weightmark.domain.ipfs.dag_pb import Node


def reachable(root: bytes, get: Callable[[bytes], bytes]) -> Iterator[bytes]:
    """Give the CID of each block below a root, and of the root: once each, depth first.

    Only nodes are got, not the leaves.

    Args:
        root: Where to begin.
        get: Returns the block of a CID; it is that block.

    Raises:
        ContentError: A node is malformed.
    """
    seen: set[bytes] = set()
    pending = [root]
    while pending:
        cid = pending.pop()
        if cid in seen:
            continue
        seen.add(cid)
        yield cid
        if not is_raw(cid):
            links = reversed(Node.decode(get(cid)).links)
            pending.extend(link.cid for link in links if link.cid not in seen)
