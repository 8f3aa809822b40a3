"""What programs read: the JSON of the command line and of the web API, in the same words.

Hashes are ``0x`` and hex digits, times ISO 8601 in UTC.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import TypedDict

from weightmark.domain.content_address import cid_text
from weightmark.domain.times import utc_text
from weightmark.domain.verdict import Verdict
from weightmark.errors import WeightmarkError

if TYPE_CHECKING:
    from weightmark.domain.releases import ReleaseView


class CheckDocument(TypedDict):
    """One check of a verification."""

    step: int
    name: str
    outcome: str
    message: str
    hint: str
    paths: list[str]


class VerdictDocument(TypedDict):
    """A verification."""

    verified: bool
    exit_status: int
    release: str
    trust_mode: str
    partial: bool
    checks: list[CheckDocument]


class ReleaseDocument(TypedDict):
    """A release, as the chain tells it."""

    reference: str
    status: str
    chain_id: int
    publisher: str
    name: str
    version: str
    release_id: str
    model_id: str
    artifact_root: str
    manifest_hash: str
    manifest_cid: str
    commitment: str
    sequence: int
    registered_at: str
    block_number: int
    transaction_hash: str
    authority_index: int
    revocation_reason: str
    revoked_at: str
    successor: str


class ErrorDocument(TypedDict):
    """An error, with the exit status that a command ends with."""

    code: str
    message: str
    hint: str
    exit_status: int


def hex_text(data: bytes) -> str:
    """Return bytes as ``0x`` and hex digits."""
    return f"0x{data.hex()}"


def verdict_document(verdict: Verdict) -> VerdictDocument:
    """Return a verdict for programs."""
    return {
        "verified": verdict.verified,
        "exit_status": verdict.exit_status,
        "release": verdict.release,
        "trust_mode": verdict.trust_mode,
        "partial": verdict.partial,
        "checks": [
            {
                "step": check.step,
                "name": check.name,
                "outcome": check.outcome,
                "message": check.message,
                "hint": check.hint,
                "paths": list(check.paths),
            }
            for check in verdict.checks
        ],
    }


def release_document(view: ReleaseView) -> ReleaseDocument:
    """Return a release for programs."""
    told, word = view.registration, view.state.word
    return {
        "reference": view.reference,
        "status": view.status,
        "chain_id": view.chain_id,
        "publisher": told.publisher,
        "name": told.name,
        "version": told.version,
        "release_id": hex_text(told.release_id),
        "model_id": hex_text(told.model_id),
        "artifact_root": hex_text(told.artifact_root),
        "manifest_hash": hex_text(told.manifest_hash),
        "manifest_cid": cid_text(told.manifest_cid),
        "commitment": hex_text(told.commitment),
        "sequence": word.sequence,
        "registered_at": utc_text(word.registered_at),
        "block_number": told.block_number,
        "transaction_hash": hex_text(told.transaction_hash),
        "authority_index": word.authority_index,
        "revocation_reason": word.reason.label if word.reason else "",
        "revoked_at": utc_text(word.status_at) if word.is_revoked else "",
        "successor": view.successor,
    }


def error_document(error: WeightmarkError) -> ErrorDocument:
    """Return an error for programs."""
    return {
        "code": error.code,
        "message": error.message,
        "hint": error.hint,
        "exit_status": error.exit_status,
    }
