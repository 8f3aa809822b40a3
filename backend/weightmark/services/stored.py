"""Looking at what the embedded store keeps: whether it is all still there, and unchanged."""

from __future__ import annotations

from dataclasses import dataclass

from typing_extensions import TypedDict

from weightmark.domain.content_address import cid_text
from weightmark.domain.ipfs.walk import reachable
from weightmark.domain.times import utc_text
from weightmark.errors import ContentError, ContentUnavailableError
from weightmark.ports.artifacts import Advance, Start
from weightmark.ports.store import ContentStore, Freed, Pin

_WRONG = (ContentError, ContentUnavailableError)


@dataclass(frozen=True, slots=True)
class PinReport:
    """What was found below a pin.

    Attributes:
        pin: The pin.
        blocks: How many blocks are right.
        problems: What is wrong with the others, each said once.
    """

    pin: Pin
    blocks: int
    problems: tuple[str, ...]


class PinDocument(TypedDict):
    """A pin."""

    cid: str
    label: str
    kind: str
    since: str
    files: int
    size: int
    is_copied: bool


class PinReportDocument(PinDocument):
    """A pin, and what was found below it."""

    blocks: int
    problems: list[str]


class FreedDocument(TypedDict):
    """What was removed."""

    blocks: int
    files: int
    size: int


def verify_store(store: ContentStore, start: Start) -> tuple[PinReport, ...]:
    """Read every block of every pin, and check it.

    Args:
        store: The store.
        start: Called before blocks are read.

    Raises:
        StorageError: The store cannot be read.
    """
    pins = store.pins()
    advance = start(sum(pin.size for pin in pins))
    return tuple(_verified(store, pin, advance) for pin in pins)


def _verified(store: ContentStore, pin: Pin, advance: Advance) -> PinReport:
    count = 0
    problems: dict[str, None] = {}
    try:
        for cid in reachable(pin.root, store.get):
            try:
                advance(len(store.get(cid)))
                count += 1
            except _WRONG as error:
                problems[error.message] = None
    except _WRONG as error:
        # Without a node, nobody knows what is below it.
        problems[error.message] = None
    return PinReport(pin, count, tuple(problems))


def pin_document(pin: Pin) -> PinDocument:
    """Return a pin for programs."""
    return {
        "cid": cid_text(pin.root),
        "label": pin.label,
        "kind": pin.kind.value,
        "since": utc_text(pin.time),
        "files": pin.files,
        "size": pin.size,
        "is_copied": bool(pin.folder),
    }


def report_document(report: PinReport) -> PinReportDocument:
    """Return for programs what was found below a pin."""
    return {
        **pin_document(report.pin),
        "blocks": report.blocks,
        "problems": list(report.problems),
    }


def freed_document(freed: Freed) -> FreedDocument:
    """Return for programs what was removed."""
    return {"blocks": freed.blocks, "files": freed.files, "size": freed.size}
