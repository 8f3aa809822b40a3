"""One reading that gives digests and CIDs, as a publish with ``--pin`` has it, and nothing else.

Run as a program with the name of a digest and a directory.
"""

from __future__ import annotations

import sys
from pathlib import Path

from weightmark.adapters.files.local_artifact import LocalArtifact
from weightmark.domain.digests import DigestAlgorithm
from weightmark.domain.ipfs.profiles import UNIXFS_V1_2025


def main(digest: str, tree: str) -> None:
    """Address every file of the tree, and hash it."""
    artifact = LocalArtifact(Path(tree))
    found = artifact.address(
        artifact.list().sizes,
        UNIXFS_V1_2025,
        lambda _cid, _block: None,
        lambda _: None,
        [DigestAlgorithm.parse(digest)],
        lambda _path, _offset, _leaf: None,
    )
    for error in found.errors.values():
        raise error


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
