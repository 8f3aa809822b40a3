"""Content addresses of artifacts, and artifacts as CAR files."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from weightmark.domain.ipfs.car import header, section_head
from weightmark.domain.ipfs.dag_pb import Node
from weightmark.domain.ipfs.directories import directory_tree
from weightmark.domain.ipfs.profiles import Part, Profile, Put
from weightmark.domain.ipfs.unpacking import list_files, read_file
from weightmark.domain.text import printable
from weightmark.errors import ArtifactChangedError, ArtifactError
from weightmark.ports.artifacts import Advance, Start
from weightmark.ports.content import Addressable, Blocks, Destination


@dataclass(frozen=True, slots=True)
class Addressed:
    """The content address of an artifact, sidecars and ignored files left out.

    Attributes:
        cid: The artifact's: of its directory, or of its one file.
        profile: How it is addressed.
        files: The root of each file, by its path.
        nodes: The blocks that are no leaves, by their CIDs.
    """

    cid: bytes
    profile: Profile
    files: dict[str, Part]
    nodes: dict[bytes, bytes]

    @property
    def size(self) -> int:
        """The length of all files together, in bytes."""
        return sum(file.length for file in self.files.values())


@dataclass(frozen=True, slots=True)
class Imported:
    """What was read out of a CAR file: its root, and how many files and bytes that are."""

    cid: bytes
    files: int
    size: int


def address(
    artifact: Addressable, profile: Profile, start: Start, ignores: Collection[str] = ()
) -> Addressed:
    """Read an artifact, and return its content address.

    Args:
        artifact: What to address.
        profile: How.
        start: Called before files are read.
        ignores: Patterns of files to leave out.

    Raises:
        MissingPathError: The artifact is not there.
        ArtifactError: It holds something that cannot be accepted, or nothing, or changed while it
            was read.
    """
    listing = artifact.list(ignores)
    if not listing.sizes:
        raise ArtifactError("the artifact holds no files", hint="name a directory that holds some")
    nodes: dict[bytes, bytes] = {}
    advance = start(listing.total_size)
    found = artifact.address(listing.sizes, profile, nodes.__setitem__, advance)
    for _, error in sorted(found.errors.items()):
        raise error
    root = root_of(artifact, found.roots, profile, nodes.__setitem__)
    return Addressed(root.cid, profile, found.roots, nodes)


def root_of(artifact: Addressable, files: Mapping[str, Part], profile: Profile, put: Put) -> Part:
    """Return the root of an artifact from those of its files: of its directory, or its one file.

    Args:
        artifact: The artifact.
        files: The root of each file, by its path.
        profile: How they are addressed.
        put: Called with each node of a directory.

    Raises:
        ArtifactError: Names were made to collide.
    """
    if artifact.is_directory:
        return directory_tree(files, profile, put)
    (root,) = files.values()
    return root


def export_car(
    artifact: Addressable,
    profile: Profile,
    destination: Destination,
    start: Start,
    ignores: Collection[str] = (),
) -> Addressed:
    """Write an artifact as a CAR file: each block once, depth first, the root before all others.

    The root has to be known before anything is written, so the files are read twice; what comes of
    them is compared with the addresses.

    Args:
        artifact: What to write.
        profile: How it is addressed.
        destination: Where the CAR file is to be.
        start: Called before files are read, each time.
        ignores: Patterns of files to leave out.

    Raises:
        AlreadyExistsError: Something is in that place.
        MissingPathError: The artifact is not there.
        ArtifactError: It holds something that cannot be accepted, or nothing, or changed.
        StorageError: The CAR file cannot be written.
    """
    with destination.staged() as staging:
        addressed = address(artifact, profile, start, ignores)
        staging.reserve(addressed.size)
        writer = _CarWriter(artifact, addressed, start(addressed.size))
        staging.write("", writer.pieces())
    return addressed


class _CarWriter:
    """What was written, and what is still to be."""

    def __init__(self, artifact: Addressable, addressed: Addressed, advance: Advance) -> None:
        self._artifact = artifact
        self._addressed = addressed
        self._advance = advance
        self._paths = {file.cid: path for path, file in addressed.files.items()}
        self._written: set[bytes] = set()

    def pieces(self) -> Iterator[bytes]:
        """Give the CAR file: its header, directories here, and each file in one go."""
        yield header(self._addressed.cid)
        pending = [self._addressed.cid]
        while pending:
            cid = pending.pop()
            if cid in self._written:
                continue
            if cid in self._paths:
                yield from self._file(cid, self._paths[cid])
            else:
                yield from self._section(cid, self._addressed.nodes[cid])
                pending.extend(self._below(cid))

    def _file(self, root: bytes, path: str) -> Iterator[bytes]:
        pieces = self._artifact.pieces(path, self._addressed.profile.chunk_size)
        pending = [root]
        while pending:
            cid = pending.pop()
            if cid in self._addressed.nodes:
                yield from self._section(cid, self._addressed.nodes[cid])
                pending.extend(self._below(cid))
            else:
                piece = next(pieces)
                yield from self._section(cid, self._leaf(cid, path, piece))
                self._advance(len(piece))
        next(pieces, None)  # after the last, it is looked at whether the file is still the same

    def _leaf(self, cid: bytes, path: str, piece: bytes) -> bytes:
        profile = self._addressed.profile
        if profile.leaf(piece).cid != cid:
            raise ArtifactChangedError(
                f"'{printable(path)}' changed since it was addressed",
                hint="wait until nothing writes there, and try again",
            )
        return bytes(profile.leaf_block(piece))

    def _section(self, cid: bytes, block: bytes) -> Iterator[bytes]:
        if cid not in self._written:
            self._written.add(cid)
            yield section_head(cid, len(block))
            yield block

    def _below(self, cid: bytes) -> Iterator[bytes]:
        links = Node.decode(self._addressed.nodes[cid]).links
        return (link.cid for link in reversed(links))


def import_car(blocks: Blocks, destination: Destination, start: Start) -> Imported:
    """Write the files that blocks hold, each block once it was checked.

    Names and lengths are checked before anything is written, and nothing is in its place before
    every block was.

    Args:
        blocks: What somebody sent.
        destination: Where the files are to be.
        start: Called before files are written.

    Raises:
        AlreadyExistsError: Something is in that place.
        ContentError: A block is malformed, missing, too much, or another one.
        ArtifactError: A path breaks a rule of artifacts.
        StorageError: The files cannot be written.
    """
    with destination.staged() as staging:
        files = list_files(blocks.root, blocks.get)
        size = sum(file.length for file in files.values())
        staging.reserve(size)
        advance = start(size)
        for path, file in files.items():
            staging.write(path, _told(read_file(file, blocks.get), advance))
        blocks.refuse_unused()
    return Imported(blocks.root, len(files), size)


def _told(pieces: Iterator[bytes], advance: Advance) -> Iterator[bytes]:
    for piece in pieces:
        advance(len(piece))
        yield piece
