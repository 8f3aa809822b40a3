"""Documents: files that are at hand whole, such as manifests."""

from __future__ import annotations

from weightmark.domain.ipfs.files import BalancedTree
from weightmark.domain.ipfs.profiles import UNIXFS_V1_2025, Part, Put


def document_tree(data: bytes, put: Put) -> Part:
    """Return the root of a document, and hand over all blocks, its leaves among them.

    A document of at most 1 MiB is one raw block, so that its sha256 is its address as well.
    """
    tree = BalancedTree(UNIXFS_V1_2025, put)
    for start in range(0, len(data) or 1, UNIXFS_V1_2025.chunk_size):
        chunk = data[start : start + UNIXFS_V1_2025.chunk_size]
        leaf = UNIXFS_V1_2025.leaf(chunk)
        put(leaf.cid, chunk)
        tree.add(leaf)
    return tree.finish()
