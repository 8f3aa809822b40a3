"""What programs read of a procedure's result, in the words of `weightmark.domain.documents`."""

from __future__ import annotations

from typing_extensions import TypedDict

from weightmark.domain.content_address import cid_text
from weightmark.domain.documents import VerdictDocument, hex_text, verdict_document
from weightmark.domain.statements import ReleaseStatement
from weightmark.domain.times import utc_text
from weightmark.ports.chain import TransactionReceipt
from weightmark.ports.records import FileRecord, ReleaseRecord
from weightmark.services.fetch import Fetched
from weightmark.services.publish import Publication
from weightmark.services.revoke import Revocation
from weightmark.services.submit import Submission


class TransactionDocument(TypedDict):
    """A transaction; empty where none was needed."""

    transaction_hash: str
    block_number: int | None
    gas_used: int | None


class SignerDocument(TypedDict):
    """A key that a manifest names, and that signed."""

    algorithm: str
    key: str


class PublicationDocument(TransactionDocument):
    """A release that is registered; ``artifact_cid`` is empty where it never was addressed."""

    reference: str
    network: str
    artifact_root: str
    artifact_cid: str
    manifest_hash: str
    manifest_cid: str
    manifest_path: str
    pinned_at: list[str]
    signers: list[SignerDocument]


class RevocationDocument(TransactionDocument):
    """A release that is revoked."""

    reference: str
    network: str
    reason: str


class SubmissionDocument(TransactionDocument):
    """A signed statement that is carried out; ``deed`` is registered or revoked."""

    reference: str
    network: str
    deed: str
    signer: str


class RecordDocument(TypedDict):
    """A release that this machine published or verified."""

    reference: str
    artifact_root: str
    manifest_hash: str
    deed: str
    time: str


class FileRecordDocument(RecordDocument):
    """A file of such a release."""

    path: str
    size: int


class FaultDocument(TypedDict):
    """What a source of blocks did that it should not; a dropped one was asked no more."""

    source: str
    reason: str
    dropped: bool


class FetchedDocument(VerdictDocument):
    """A release that was fetched, and its verification; ``kept`` is where it is if it failed."""

    out: str
    kept: str
    faults: list[FaultDocument]


def publication_document(publication: Publication) -> PublicationDocument:
    """Return a publication for programs."""
    return {
        "reference": publication.reference,
        "network": publication.network.name,
        "artifact_root": publication.manifest.artifact_root,
        "artifact_cid": publication.manifest.artifact_cid or "",
        "manifest_hash": hex_text(publication.manifest_hash),
        "manifest_cid": cid_text(publication.statement.manifest_cid),
        "manifest_path": publication.manifest_path,
        "pinned_at": list(publication.pinned_at),
        "signers": [
            {"algorithm": each.algorithm, "key": each.key}
            for each in publication.manifest.required_signers
        ],
        **transaction_document(publication.receipt),
    }


def revocation_document(revocation: Revocation) -> RevocationDocument:
    """Return a revocation for programs."""
    return {
        "reference": revocation.reference,
        "network": revocation.release.network.name,
        "reason": revocation.reason.label,
        **transaction_document(revocation.receipt),
    }


def submission_document(submission: Submission) -> SubmissionDocument:
    """Return a submission for programs."""
    request = submission.request
    is_release = isinstance(request.statement, ReleaseStatement)
    return {
        "reference": request.reference,
        "network": submission.network.name,
        "deed": "registered" if is_release else "revoked",
        "signer": request.authorization.signer,
        **transaction_document(submission.receipt),
    }


def fetched_document(fetched: Fetched, out: str) -> FetchedDocument:
    """Return for programs what was fetched to a place, if it is verified."""
    return {
        **verdict_document(fetched.verdict),
        "out": "" if fetched.kept else out,
        "kept": fetched.kept,
        "faults": [
            {"source": each.source, "reason": each.reason, "dropped": each.dropped}
            for each in fetched.faults
        ],
    }


def record_document(record: ReleaseRecord) -> RecordDocument:
    """Return a remembered release for programs."""
    return {
        "reference": record.reference,
        "artifact_root": hex_text(record.artifact_root),
        "manifest_hash": hex_text(record.manifest_hash),
        "deed": record.deed,
        "time": utc_text(record.time),
    }


def file_record_document(record: FileRecord) -> FileRecordDocument:
    """Return a remembered file for programs."""
    return {**record_document(record.release), "path": record.path, "size": record.size}


def transaction_document(receipt: TransactionReceipt | None) -> TransactionDocument:
    """Return a transaction for programs."""
    if receipt is None:
        return {"transaction_hash": "", "block_number": None, "gas_used": None}
    return {
        "transaction_hash": hex_text(receipt.transaction_hash),
        "block_number": receipt.block.number,
        "gas_used": receipt.gas_used,
    }
