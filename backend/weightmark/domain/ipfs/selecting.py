"""Which blocks somebody needs who asks for a path, and trusts nobody.

Source: https://specs.ipfs.tech/http-gateways/trustless-gateway, on paths and ``dag-scope``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum

from weightmark.domain.content_address import cid_text, is_raw
from weightmark.domain.ipfs.dag_pb import Node
from weightmark.domain.ipfs.directories import name_hash, slot_prefix
from weightmark.domain.ipfs.unixfs import Kind, Unixfs
from weightmark.domain.ipfs.walk import reachable
from weightmark.domain.text import printable
from weightmark.errors import MissingPathError

# Returns the block of a CID; it is that block.
Get = Callable[[bytes], bytes]


class Scope(StrEnum):
    """How much of what is at the end of a path: its block, all of a file or a list, everything."""

    BLOCK = "block"
    ENTITY = "entity"
    ALL = "all"


def way(root: bytes, path: Iterable[str], get: Get) -> tuple[bytes, ...]:
    """Return the CIDs of the blocks that lead from a root to the end of a path, both included.

    Args:
        root: Where the path begins.
        path: The names on it.
        get: Returns blocks.

    Raises:
        MissingPathError: It leads nowhere.
        ContentError: A block on it is malformed.
    """
    found = [root]
    for name in path:
        found.extend(_steps(found[-1], name, get))
    return tuple(found)


def selected(end: bytes, scope: Scope, get: Get) -> Iterator[bytes]:
    """Give the CIDs of the blocks in a scope: once each, depth first, beginning with the end.

    Args:
        end: What is at the end of a path.
        scope: How much of it.
        get: Returns blocks; leaves are not asked for.

    Raises:
        ContentError: A block is malformed.
    """
    if scope is Scope.BLOCK or is_raw(end):
        return iter((end,))
    kind = Unixfs.decode(Node.decode(get(end)).data).kind
    if scope is Scope.ENTITY and kind in {Kind.DIRECTORY, Kind.SHARD}:
        return _list(end, get) if kind is Kind.SHARD else iter((end,))
    return reachable(end, get)


def _list(root: bytes, get: Get) -> Iterator[bytes]:
    """Give the shards of a directory, without what is in it."""
    pending = [root]
    while pending:
        cid = pending.pop()
        yield cid
        links = reversed(Node.decode(get(cid)).links)
        pending.extend(link.cid for link in links if len(link.name) == len(slot_prefix(0)))


def _steps(cid: bytes, name: str, get: Get) -> Iterator[bytes]:
    """Give the blocks between a directory and an entry of it, and the entry."""
    for prefix in _prefixes(cid, name, get):
        links = {link.name: link.cid for link in Node.decode(get(cid)).links}
        if name and prefix + name in links:  # without a name, it would be a shard
            yield links[prefix + name]
            return
        if not prefix or prefix not in links:
            break
        cid = links[prefix]
        yield cid
    raise MissingPathError(f"there is no '{printable(name)}' in {cid_text(cid)}")


def _prefixes(cid: bytes, name: str, get: Get) -> Iterator[str]:
    """Give what is before a name in its directory, and in each shard below that."""
    kind = Kind.RAW if is_raw(cid) else Unixfs.decode(Node.decode(get(cid)).data).kind
    if kind is Kind.DIRECTORY:
        yield ""
    elif kind is Kind.SHARD:
        yield from map(slot_prefix, name_hash(name))
