"""The artifact root: OpenZeppelin's StandardMerkleTree over an artifact's files.

A leaf is ``keccak256(keccak256(abi.encode(string path, uint64 size, bytes multihash)))``; leaves
are sorted; an inner node is the hash of its two children in ascending order. The npm package
``@openzeppelin/merkle-tree`` makes and checks the same roots and proofs, and ``MerkleProof.sol``
checks them on chain. Laws: the root does not depend on the order in which leaves are given; every
proof of a tree leads its leaf to the root.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from weightmark.domain.keccak import WORD, dynamic_tail, keccak256
from weightmark.errors import ArtifactError

# The head of the encoding: where the path begins, the size, where the multihash begins; then the
# path's length.
_HEAD_SIZE = 3 * WORD
_HEAD = struct.Struct(">24xQ24xQ24xQ24xQ")


def leaf_hash(path: str, size: int, multihash: bytes) -> bytes:
    """Return the leaf of one file.

    Args:
        path: The file's path in the artifact.
        size: Its length in bytes.
        multihash: Its digest, algorithm and length included.
    """
    name = path.encode()
    padded = len(name) + -len(name) % WORD
    head = _HEAD.pack(_HEAD_SIZE, size, _HEAD_SIZE + WORD + padded, len(name))
    encoded = head + name.ljust(padded, b"\0") + dynamic_tail(multihash)
    return keccak256(keccak256(encoded))


@dataclass(frozen=True, slots=True)
class MerkleTree:
    """A complete binary tree in an array: node ``i`` has the children ``2i + 1`` and ``2i + 2``."""

    nodes: tuple[bytes, ...]

    @classmethod
    def of(cls, leaves: Iterable[bytes]) -> MerkleTree:
        """Build the tree over ``leaves``, in any order.

        Raises:
            ArtifactError: There are no leaves.
        """
        ordered = sorted(leaves, reverse=True)
        if not ordered:
            raise ArtifactError("the artifact holds no files", hint="it needs at least one file")
        nodes = [b""] * (len(ordered) - 1) + ordered
        for index in range(len(ordered) - 2, -1, -1):
            nodes[index] = _parent(nodes[2 * index + 1], nodes[2 * index + 2])
        return cls(tuple(nodes))

    @property
    def root(self) -> bytes:
        """The 32-byte root."""
        return self.nodes[0]

    def proof(self, leaf: bytes) -> tuple[bytes, ...]:
        """Return the siblings from ``leaf`` up to the root.

        Raises:
            ArtifactError: The leaf is not in the tree.
        """
        try:
            index = self.nodes.index(leaf, len(self.nodes) // 2)
        except ValueError:
            raise ArtifactError("that file is not in the artifact") from None
        siblings = []
        while index > 0:
            siblings.append(self.nodes[index + 1 if index % 2 else index - 1])
            index = (index - 1) // 2
        return tuple(siblings)


def root_from_proof(leaf: bytes, proof: Sequence[bytes]) -> bytes:
    """Return the root that ``proof`` leads ``leaf`` to."""
    node = leaf
    for sibling in proof:
        node = _parent(node, sibling)
    return node


def _parent(one: bytes, other: bytes) -> bytes:
    return keccak256(one + other if one < other else other + one)
