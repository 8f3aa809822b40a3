"""Trees of generated files, and the CIDs that an independent implementation gives to them."""

from __future__ import annotations

import json
import random
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from weightmark.domain.content_address import cid_text
from weightmark.domain.ipfs.directories import directory_tree
from weightmark.domain.ipfs.files import BalancedTree
from weightmark.domain.ipfs.profiles import PROFILES, Part, Profile

CHECKOUT = Path(__file__).resolve().parent.parent
WITNESS = CHECKOUT / "scripts/unixfs-witness"
VECTORS = CHECKOUT / "tests/vectors/unixfs.json"
NAMES = (
    "config.json",
    "modèle.bin",
    "重み-0",
    "модель.onnx",
    "😀.txt",
    "a b",
    "Å",
    "-",
    "~",
    "%2F",
)


@dataclass(frozen=True)
class Tree:
    """A tree of files.

    Attributes:
        profile: The name of the profile by which it is addressed.
        files: Text and size of each file, by its path: the text again and again, up to the size.
    """

    profile: str
    files: Mapping[str, tuple[str, int]]

    @property
    def size(self) -> int:
        """How many bytes all files have together."""
        return sum(size for _, size in self.files.values())

    def cid(self) -> str:
        """Return the CID that we give to it."""
        profile = PROFILES[self.profile]
        parts = {path: _part(*file, profile) for path, file in self.files.items()}
        root = parts.get("") or directory_tree(parts, profile, _ignore)
        return cid_text(root.cid)


def witnessed(trees: Sequence[Tree]) -> list[str]:
    """Return the CIDs of the independent implementation."""
    lines = "".join(json.dumps(asdict(tree)) + "\n" for tree in trees)
    done = subprocess.run(
        ["node", WITNESS], input=lines, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def vectors() -> list[tuple[Tree, str]]:
    """Return the trees of ``tests/vectors/unixfs.json``, each with what the witness gave to it.

    They are around the sizes of a chunk and of what one node links to, up to three levels of them,
    and the largest directories that are one block, with the smallest that are sharded.
    """
    document = json.loads(VECTORS.read_text("utf-8"))
    found = [(Tree(case["profile"], case["files"]), case["cid"]) for case in document["cases"]]
    for case in document["wide"]:
        files = {f"{number:0200}": ("x", number % 3) for number in range(case["count"])}
        found.append((Tree(case["profile"], files), case["cid"]))
    return found


def random_tree(chance: random.Random) -> Tree:
    """Return a tree whose sizes are around the bounds of its profile."""
    profile = PROFILES[chance.choice(sorted(PROFILES))]
    files: dict[str, tuple[str, int]] = {}
    for number in range(chance.choice((1, 2, 5, 20))):
        depth = chance.choice((0, 0, 1, 3, 60))
        folders = (f"{chance.choice(NAMES)}-{chance.randrange(3)}" for _ in range(depth))
        path = "/".join((*folders, f"{number}{chance.choice(NAMES)}"))
        sizes = (0, 1, 1000, *around(profile.chunk_size), *around(2 * profile.chunk_size))
        files[path] = f"{chance.random()}", chance.choice(sizes)
    return Tree(profile.name, files)


def wide_tree(chance: random.Random, profile: Profile) -> Tree:
    """Return a directory around the size from which it is sharded, with names of any length."""
    length = chance.choice((40, 100, 200))
    link = length + (44 if profile.cid_version else 36)
    count = 2**18 // link + chance.choice((-1500 // length, 0, 1, 2, 300))
    files = {f"{number:0{length}}": ("x", number % 3) for number in range(count)}
    return Tree(profile.name, files)


def around(size: int) -> tuple[int, int, int]:
    """Return a size, and those next to it."""
    return size - 1, size, size + 1


def trees(count: int, seed: int) -> Iterator[Tree]:
    """Give that many trees, always the same ones for a seed; every tenth is a wide directory."""
    chance = random.Random(seed)
    for number in range(count):
        profile = PROFILES[chance.choice(sorted(PROFILES))]
        yield random_tree(chance) if number % 10 else wide_tree(chance, profile)


def _part(text: str, size: int, profile: Profile) -> Part:
    """Return a file's root; pieces that are the same are hashed once."""
    data = text.encode()
    length = profile.chunk_size
    repeated = data * (length // len(data) + 2)
    leaves: dict[tuple[int, int], Part] = {}
    tree = BalancedTree(profile, _ignore)
    for offset in range(0, size or 1, length):
        start, end = offset % len(data), min(length, size - offset)
        if (start, end) not in leaves:
            leaves[start, end] = profile.leaf(repeated[start : start + end])
        tree.add(leaves[start, end])
    return tree.finish()


def _ignore(cid: bytes, block: bytes) -> None:
    """Keep no node."""
