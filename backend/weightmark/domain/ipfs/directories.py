"""Directories: one node each, or, where that would be too large, a tree of shards.

A shard's links are placed by the hash of their names: one byte of it for each level.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from weightmark.domain.ipfs.dag_pb import Link, by_name
from weightmark.domain.ipfs.profiles import Part, Profile, Put
from weightmark.domain.ipfs.unixfs import FANOUT, Kind, Unixfs
from weightmark.errors import ArtifactError

# The hash has eight bytes. Names that agree in all of them do not come about by chance.
MAX_SHARD_DEPTH = 8


def name_hash(name: str) -> bytes:
    """Return the first half of the murmur3 (x64, 128 bits) of a name, big-endian: 8 bytes."""
    from mmh3 import hash64

    return hash64(name.encode(), signed=False)[0].to_bytes(MAX_SHARD_DEPTH)


def directory_tree(files: Mapping[str, Part], profile: Profile, put: Put) -> Part:
    """Return the root of the directories that files are in, by their paths.

    Raises:
        ArtifactError: Names were made to collide.
    """
    directories: dict[str, dict[str, Part]] = {"": {}}
    for path, file in files.items():
        directory, _, name = path.rpartition("/")
        _open(directories, directory)[name] = file
    *below, root = sorted(directories, key=_depth, reverse=True)
    for directory in below:
        above, _, name = directory.rpartition("/")
        directories[above][name] = _directory(directories.pop(directory), profile, put)
    return _directory(directories[root], profile, put)


def _open(directories: dict[str, dict[str, Part]], directory: str) -> dict[str, Part]:
    """Return the entries of a directory, once it and all above it are there."""
    above = directory
    while above not in directories:
        directories[above] = {}
        above = above.rpartition("/")[0]
    return directories[directory]


def _depth(directory: str) -> int:
    return directory.count("/") + 1 if directory else 0


def _directory(entries: Mapping[str, Part], profile: Profile, put: Put) -> Part:
    links = by_name(Link(part.cid, name, part.size) for name, part in entries.items())
    if not profile.is_sharded(links):
        return profile.node(Unixfs(Kind.DIRECTORY), links, put)
    return _shard(0, [(name_hash(link.name), link) for link in links], profile, put)


def _shard(depth: int, placed: list[tuple[bytes, Link]], profile: Profile, put: Put) -> Part:
    if depth == MAX_SHARD_DEPTH:
        raise ArtifactError(f"the names {', '.join(repr(link.name) for _, link in placed)} collide")
    slots: dict[int, list[tuple[bytes, Link]]] = defaultdict(list)
    for digest, link in placed:
        slots[digest[depth]].append((digest, link))
    links = []
    for slot, below in sorted(slots.items()):
        prefix = slot_prefix(slot)
        if len(below) == 1:
            link = below[0][1]
            links.append(Link(link.cid, prefix + link.name, link.size))
        else:
            part = _shard(depth + 1, below, profile, put)
            links.append(Link(part.cid, prefix, part.size))
    return profile.node(Unixfs(Kind.SHARD, taken(slots)), links, put)


def slot_prefix(slot: int) -> str:
    """Return how a position in a shard is written before a link's name: two hex digits."""
    return f"{slot:0{len(f'{FANOUT - 1:X}')}X}"


def taken(slots: Mapping[int, object]) -> bytes:
    """Return the positions that are taken in a shard: a big-endian number, one bit for each."""
    number = sum(1 << slot for slot in slots)
    return number.to_bytes(-(-number.bit_length() // 8))
