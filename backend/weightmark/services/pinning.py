"""Keeping what is published: its manifest always, and its files where that is asked for.

The embedded store has it first: files stay where they are or are copied, and whoever else is asked
to keep them takes them from there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from weightmark.domain.content_address import cid_text, parse_cid
from weightmark.domain.digests import DigestAlgorithm
from weightmark.domain.ipfs.documents import document_tree
from weightmark.domain.ipfs.profiles import UNIXFS_V1_2025, Part, Put
from weightmark.domain.manifest import FileEntry
from weightmark.ports.artifacts import Advance, Listing, Start
from weightmark.ports.blocks import PinTarget
from weightmark.ports.content import At, Publishable
from weightmark.ports.store import Additions, ContentStore, Pin, PinKind
from weightmark.services.content import root_of
from weightmark.services.evidence import Evidence

# What the embedded store is called among those who keep content.
EMBEDDED = "embedded"


@dataclass(frozen=True, slots=True)
class PinOrder:
    """Where the files of a release are to be kept.

    Attributes:
        targets: By whom, beside the embedded store.
        copies: Whether that store copies them, rather than referring to them where they are.
    """

    targets: tuple[PinTarget, ...] = ()
    copies: bool = False


def describe_with_address(
    artifact: Publishable,
    listing: Listing,
    algorithms: Sequence[DigestAlgorithm],
    start: Start,
    put: Put = lambda _cid, _block: None,
    at: At | None = None,
) -> tuple[tuple[FileEntry, ...], str]:
    """Read an artifact once, and return the entries of its files and its CID; see `Describe`.

    Args:
        artifact: What to read.
        listing: What it holds.
        algorithms: The hash functions; the entries are by the first of them.
        start: Called before files are read.
        put: Called with each block that is no leaf, from any thread.
        at: Called with each leaf, from any thread.

    Raises:
        ArtifactError: A file cannot be read, or is not the one that was listed.
    """
    advance = start(listing.total_size)
    found = artifact.address(listing.sizes, UNIXFS_V1_2025, put, advance, algorithms, at)
    entries = found.hashed[algorithms[0]].complete()
    root = root_of(artifact, found.roots, UNIXFS_V1_2025, put)
    return entries, cid_text(root.cid)


class Keeping:
    """What is kept of one publish, from the reading of its files on.

    Args:
        store: The embedded store.
        additions: What is added to it.
        order: Where the files are to be kept; None to keep the manifest alone.
        clock: The time in seconds since 1970.
    """

    def __init__(
        self,
        store: ContentStore,
        additions: Additions,
        order: PinOrder | None,
        clock: Callable[[], int],
    ) -> None:
        self._store = store
        self._additions = additions
        self._order = order
        self._clock = clock
        self._folder = b""

    def describe(
        self,
        artifact: Publishable,
        listing: Listing,
        algorithms: Sequence[DigestAlgorithm],
        start: Start,
    ) -> tuple[tuple[FileEntry, ...], str]:
        """Describe an artifact, and add it to the store.

        Raises:
            ArtifactError: A file cannot be read, or is not the one that was listed.
            StorageError: The store, or a copy, cannot be written.
        """
        copies = self._order is not None and self._order.copies
        self._folder = self._additions.folder() if copies else b""

        def at(path: str, offset: int, leaf: Part) -> None:
            file = self._folder + b"/" + path.encode() if copies else artifact.place(path)
            self._additions.refer(file, offset, leaf)

        described = describe_with_address(
            artifact, listing, algorithms, start, self._additions.put, at
        )
        if copies:
            artifact.copy(listing.sizes, self._folder, start(listing.total_size))
        return described

    def keep(self, evidence: Evidence, label: str, start: Start) -> None:
        """Keep a manifest, and the files that it describes where that is ordered.

        Raises:
            StorageError: The store cannot be written.
            IpfsServiceError: A target is out of reach, refuses, or failed to get the content.
            ContentUnavailableError: A file is not where it was.
            ContentError: A file has changed since it was read.
        """
        told, now, size = evidence.manifest, self._clock(), len(evidence.data)
        root = document_tree(evidence.data, self._additions.put).cid
        pins = [Pin(root, label, PinKind.MANIFEST, now, 1, size)]
        if self._order is not None and told.artifact_cid:
            root = parse_cid(told.artifact_cid)
            kept = Pin(root, label, PinKind.ARTIFACT, now, len(told.files), told.size, self._folder)
            pins.append(kept)
        for pin in pins:
            self._additions.pin(pin)
        if self._order is not None:
            for target in self._order.targets:
                self._pin_at(target, pins, start)

    def _pin_at(self, target: PinTarget, pins: Sequence[Pin], start: Start) -> None:
        advance = start(sum(pin.size for pin in pins))
        for pin in pins:
            told = _Told(advance, pin.size)
            target.pin(pin.root, pin.label, self._store, told)
            told.rest()


class _Told:
    """How far somebody is with a pin: those who have it already say nothing, and nodes count too.

    Args:
        advance: Called as bytes are there, at most with as many as there are.
        left: How many there are.
    """

    def __init__(self, advance: Advance, left: int) -> None:
        self._advance = advance
        self._left = left

    def __call__(self, count: int) -> None:
        """Tell that so many bytes are there."""
        count = min(count, self._left)
        self._left -= count
        self._advance(count)

    def rest(self) -> None:
        """Tell that all of it is there."""
        self(self._left)
