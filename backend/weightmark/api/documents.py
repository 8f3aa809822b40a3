"""What only the web API tells, beside the documents that it shares with the command line."""

from __future__ import annotations

from typing_extensions import TypedDict

from weightmark.domain.documents import ErrorDocument, ReleaseDocument, release_document
from weightmark.domain.networks import Network
from weightmark.domain.times import utc_text
from weightmark.ports.chain import Block
from weightmark.services.catalogue import FoundFile
from weightmark.services.documents import FileRecordDocument, file_record_document
from weightmark.version import __version__


class HealthDocument(TypedDict):
    """A service that can answer look-ups, and the newest block that it sees."""

    status: str
    version: str
    network: str
    chain_id: int
    block_number: int
    block_time: str


class FoundFileDocument(FileRecordDocument):
    """A remembered file, with everybody's releases of the bytes that it came with.

    ``error`` says why the chain could not be asked, and is null where it could. Whoever registered
    a release need not be its author.
    """

    releases: list[ReleaseDocument]
    error: ErrorDocument | None


class ProblemDocument(TypedDict):
    """An error, as RFC 9457 has it, with the code and the exit status of the command line."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    hint: str
    exit_status: int


def health_document(network: Network, block: Block) -> HealthDocument:
    """Return what a healthy service says of itself."""
    return {
        "status": "ok",
        "version": __version__,
        "network": network.name,
        "chain_id": network.chain_id,
        "block_number": block.number,
        "block_time": utc_text(block.timestamp),
    }


def found_file_document(found: FoundFile, error: ErrorDocument | None) -> FoundFileDocument:
    """Return a file that was found.

    Args:
        found: The file.
        error: What may be said of its error, if there is one.
    """
    return {
        **file_record_document(found.record),
        "releases": [release_document(view) for view in found.releases],
        "error": error,
    }
