"""What programs read of the signatures of many models."""

from __future__ import annotations

from collections.abc import Collection

from typing_extensions import TypedDict

from weightmark.services.signatures.reports import (
    SignatureVerdictDocument,
    signature_verdict_document,
)
from weightmark.services.signatures.trees import InventoryEntry, Standing, TreeVerdict


class ModelVerdictDocument(SignatureVerdictDocument):
    """The verdict on one model."""

    path: str


class TreeVerdictDocument(TypedDict):
    """A verification of every model in a tree."""

    verified: bool
    exit_status: int
    models: list[ModelVerdictDocument]
    excluded: list[str]


class InventoryEntryDocument(TypedDict):
    """How one model stands; ``first_signed`` is None where that is not known."""

    path: str
    standing: str
    first_signed: str | None
    reason: str
    shared_secret: bool


class InventoryDocument(TypedDict):
    """How every model in a tree stands."""

    exit_status: int
    counts: dict[str, int]
    models: list[InventoryEntryDocument]
    excluded: list[str]


def tree_verdict_document(found: TreeVerdict) -> TreeVerdictDocument:
    """Return a verification of a tree for programs."""
    return {
        "verified": found.exit_status == 0,
        "exit_status": found.exit_status,
        "models": [
            {"path": path, **signature_verdict_document(each)}
            for path, each in found.models.items()
        ],
        "excluded": list(found.excluded),
    }


def inventory_status(entries: Collection[InventoryEntry]) -> int:
    """Return the exit status of an inventory: 1 unless all models are signed."""
    return int(any(each.standing is not Standing.SIGNED for each in entries))


def inventory_document(
    entries: Collection[InventoryEntry], excluded: Collection[str]
) -> InventoryDocument:
    """Return an inventory for programs."""
    return {
        "exit_status": inventory_status(entries),
        "counts": {
            standing: sum(each.standing is standing for each in entries) for standing in Standing
        },
        "models": [
            {
                "path": each.path,
                "standing": each.standing,
                "first_signed": each.first_signed or None,
                "reason": each.reason,
                "shared_secret": each.shared_secret,
            }
            for each in entries
        ],
        "excluded": list(excluded),
    }
