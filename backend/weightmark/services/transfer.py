"""A release's manifest and files, out of the blocks that a pool of sources gives.

What was kept of an earlier attempt is not asked for again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TypeAlias

from weightmark.domain.content_address import (
    EMPTY_BLOCK_CID,
    cid_text,
    is_raw,
    leading_cid,
    parse_cid,
    raw_block_cid,
)
from weightmark.domain.ipfs.unpacking import Piece, StoredFile, file_pieces, list_files, read_file
from weightmark.domain.manifest import MAX_MANIFEST_SIZE, Manifest, manifest_hash
from weightmark.domain.releases import ReleaseView
from weightmark.domain.statements import Registration
from weightmark.errors import ContentError, ContentUnavailableError, VerificationFailedError
from weightmark.ports.artifacts import Advance, Start
from weightmark.ports.downloads import Download
from weightmark.services.evidence import Evidence
from weightmark.services.sources import SourcePool

_MAX_DIFFERENCES = 3

# Where files are not larger than this on average, in bytes, and so many blocks are lacking, it
# takes longer to ask for each of them than to get them all.
MAX_SMALL_FILE = 64 * 2**10
MIN_STREAMED = 256
# How many bytes come with a file in a stream: a name of 255 bytes, CIDs, lengths, shards.
MAX_AROUND_BLOCK = 2048

_Placed: TypeAlias = tuple[str, Piece]


@dataclass(frozen=True, slots=True)
class Contents:
    """The files of a release, which are still in their blocks.

    Attributes:
        root: The CID of all of them.
        files: By their paths.
        single_file: The path of an artifact that is a file, and no directory; or nothing.
    """

    root: bytes
    files: Mapping[str, StoredFile]
    single_file: str

    @property
    def size(self) -> int:
        """The length of all files together, in bytes."""
        return sum(file.length for file in self.files.values())


class Transfer:
    """Brings what a pool of sources gives to a download."""

    def __init__(self, download: Download, pool: SourcePool) -> None:
        self._download = download
        self._pool = pool

    def manifest(self, view: ReleaseView) -> Evidence:
        """Return the manifest that a release was registered with.

        Raises:
            ContentUnavailableError: Nobody has it.
            ContentError: It is too large, or no file.
            VerificationFailedError: It is not what the chain says.
            ManifestError: It is malformed.
        """
        told = view.registration
        data = self._manifest_bytes(told)
        if manifest_hash(data) != told.manifest_hash:
            raise VerificationFailedError(
                f"what the content address of {view.reference} leads to is not its manifest"
            )
        evidence = Evidence.parse(data)
        if (evidence.release_id, evidence.commitment) != (told.release_id, told.commitment):
            raise VerificationFailedError(
                f"the manifest that {view.reference} was registered with is of something else"
            )
        return evidence

    def contents(self, manifest: Manifest) -> Contents:
        """Return where the files of a manifest are, once they are those that it lists.

        Raises:
            ContentUnavailableError: The release was not pinned, or nobody has a directory of it.
            ContentError: What its address leads to is no artifact.
            ArtifactError: A path breaks a rule of artifacts.
            VerificationFailedError: There are other files than those that the manifest lists.
        """
        if not manifest.artifact_cid:
            raise ContentUnavailableError(
                f"{manifest.name} {manifest.version} was published without --pin: its manifest "
                "does not say where its files are",
                hint="get them elsewhere, and check them with 'weightmark verify'",
            )
        root = parse_cid(manifest.artifact_cid)
        found = list_files(root, self._get)
        single_file = _single_file(manifest) if "" in found else ""
        files = {path or single_file: file for path, file in found.items()}
        _compare(manifest, {path: file.length for path, file in files.items()})
        return Contents(root, files, single_file)

    def fetch(self, contents: Contents, start: Start) -> None:
        """Get what the download lacks of files.

        Raises:
            ContentUnavailableError: Nobody has a block.
            ContentError: A file's blocks do not fit together.
            StorageError: The files cannot be written.
        """
        self._download.begin({path: file.length for path, file in contents.files.items()})
        advance = start(contents.size)
        lacking = self._lacking(contents.files, advance)
        if contents.size <= MAX_SMALL_FILE * len(contents.files):
            lacking = self._streamed(contents, lacking, advance)
        for path, piece in lacking:
            self._pool.order(piece.cid, partial(self._deliver, path, piece, advance))
        self._pool.finish()

    def _lacking(self, files: Mapping[str, StoredFile], advance: Advance) -> Iterator[_Placed]:
        """Give what is not there yet of files, and bring to them what was kept."""
        for path, file in files.items():
            for piece in file_pieces(file, self._get):
                if self._download.holds(path, piece.offset, piece.length, piece.cid):
                    advance(piece.length)
                    continue
                block = self._download.kept(piece.cid) if piece.data is None else piece.data
                if block is None:
                    yield path, piece
                else:
                    self._deliver(path, piece, advance, block)

    def _streamed(
        self, contents: Contents, lacking: Iterable[_Placed], advance: Advance
    ) -> Iterator[_Placed]:
        """Get many small files in one go, if none of them is there, and give what did not come."""
        wanted: dict[bytes, list[_Placed]] = defaultdict(list)
        for path, piece in lacking:
            wanted[piece.cid].append((path, piece))
        size = sum(piece.length for placed in wanted.values() for _, piece in placed)
        if len(wanted) >= MIN_STREAMED and size == contents.size:
            # Empty files are there from the beginning, and come in a stream all the same.
            known = frozenset(wanted) | {EMPTY_BLOCK_CID}

            def is_wanted(cid: bytes) -> bool:
                return cid in known or self._download.kept(cid) is not None

            limit = 2 * size + MAX_AROUND_BLOCK * len(contents.files)
            for cid, block in self._pool.stream(contents.root, limit, is_wanted):
                for path, piece in wanted.pop(cid, ()):
                    self._deliver(path, piece, advance, block)
        for placed in wanted.values():
            yield from placed

    def _deliver(self, path: str, piece: Piece, advance: Advance, block: bytes) -> None:
        self._download.write(path, piece.offset, piece.accept(block))
        advance(piece.length)

    def _get(self, cid: bytes) -> bytes:
        block = self._download.kept(cid)
        if block is None:
            block = self._pool.get(cid)
            self._download.keep(cid, block)
        return block

    def _manifest_bytes(self, told: Registration) -> bytes:
        """Return what should be the manifest: a raw block, or, if it is too large, a file."""
        block = raw_block_cid(told.manifest_hash)
        if not _is_node(told.manifest_cid):
            return self._get(block)
        file = list_files(told.manifest_cid, self._get).get("")
        if file is None or file.length > MAX_MANIFEST_SIZE:
            raise ContentError(
                f"{cid_text(told.manifest_cid)} is no file of at most {MAX_MANIFEST_SIZE} bytes, "
                "and so no manifest"
            )
        return b"".join(read_file(file, self._get))


def _is_node(cid: bytes) -> bool:
    """Whether bytes that anybody may have registered are the CID of a node."""
    try:
        return leading_cid(cid) == cid and not is_raw(cid)
    except ContentError:
        return False


def _single_file(manifest: Manifest) -> str:
    """Return the path of the one file of an artifact that is a file.

    Raises:
        VerificationFailedError: There are others, or it is in a folder.
    """
    path = manifest.files[0].path
    if len(manifest.files) > 1 or "/" in path:
        raise VerificationFailedError(
            "the content address of the files leads to one file, and the manifest lists a directory"
        )
    return path


def _compare(manifest: Manifest, found: Mapping[str, int]) -> None:
    listed = {entry.path: entry.size for entry in manifest.files}
    differing = {path for path in listed.keys() | found if listed.get(path) != found.get(path)}
    if differing:
        shown = ", ".join(f"'{path}'" for path in islice(sorted(differing), _MAX_DIFFERENCES))
        raise VerificationFailedError(
            f"the content address of the files leads to others than the manifest lists: "
            f"{len(differing)} differ, {shown} among them",
            hint="nothing was fetched; the publisher has to publish another version",
        )
