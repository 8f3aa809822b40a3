"""A file as a balanced tree: leaves that hold its bytes, and nodes that link to them in order."""

from __future__ import annotations

from weightmark.domain.ipfs.dag_pb import Link
from weightmark.domain.ipfs.profiles import Part, Profile, Put
from weightmark.domain.ipfs.unixfs import Kind, Unixfs


class BalancedTree:
    """The tree over the leaves of one file, which are added in order.

    All leaves are equally deep, and only the last node of each level has fewer links than the
    profile allows. Memory is bounded by those links, on each level.
    """

    def __init__(self, profile: Profile, put: Put) -> None:
        self._profile = profile
        self._put = put
        self._levels: list[list[Part]] = [[]]

    def add(self, leaf: Part) -> None:
        """Add the next leaf."""
        self._add(0, leaf)

    def finish(self) -> Part:
        """Return the root, once there is at least one leaf: a single leaf is itself the root."""
        level = 0
        while level < len(self._levels) - 1 or len(self._levels[level]) > 1:
            self._add(level + 1, self._node(self._levels[level]))
            level += 1
        return self._levels[level][0]

    def _add(self, level: int, part: Part) -> None:
        if level == len(self._levels):
            self._levels.append([])
        if len(self._levels[level]) == self._profile.max_links:
            self._add(level + 1, self._node(self._levels[level]))
            self._levels[level] = []
        self._levels[level].append(part)

    def _node(self, parts: list[Part]) -> Part:
        lengths = tuple(part.length for part in parts)
        data = Unixfs(Kind.FILE, file_size=sum(lengths), block_sizes=lengths)
        links = [Link(part.cid, "", part.size) for part in parts]
        return self._profile.node(data, links, self._put)
