"""Step 8: every key that the manifest names has signed, and no sidecar says what is not true."""

from __future__ import annotations

from dataclasses import replace

from weightmark.domain.manifest import MAX_MANIFEST_SIZE, Manifest
from weightmark.domain.verdict import Check, Outcome
from weightmark.errors import WeightmarkError
from weightmark.ports.artifacts import Artifact, Listing
from weightmark.services.evidence import Evidence
from weightmark.services.sidecars import MANIFEST, UNCHECKED

_HINT = "this version cannot check signatures, receipts or certificates; a later one does"


def check_signatures(listing: Listing, manifest: Manifest) -> tuple[Check, ...]:
    """Say what would have to be checked; nothing of it can be, and so none of it passes."""
    checks = [
        Check(8, "sidecar", Outcome.UNCHECKED, f"{name} is present, and cannot be checked", _HINT)
        for name in listing.sidecars
        if name in UNCHECKED
    ]
    for signer in manifest.required_signers:
        message = f"the manifest demands a signature by {signer.algorithm} key {signer.key}"
        checks.append(Check(8, "signatures", Outcome.UNCHECKED, message, _HINT))
    if checks:
        return tuple(checks)
    message = "the manifest names no key that must sign"
    return (Check(8, "signatures", Outcome.NOT_APPLICABLE, message),)


def check_manifest_beside(
    beside: Artifact, listing: Listing, evidence: Evidence
) -> tuple[Check, ...]:
    """Say what is not true in the manifest that lies beside the files, where another one is used.

    It is outside the files' tree, and must not become a place where anything can be hidden.
    """
    if MANIFEST not in listing.sidecars:
        return ()
    try:
        data = beside.read_sidecar(MANIFEST, MAX_MANIFEST_SIZE)
        found = evidence if data == evidence.data else Evidence.parse(data)
    except WeightmarkError as error:
        problem = Check.of_error(8, "sidecar", error)
        return (replace(problem, message=f"{MANIFEST} beside the files: {error.message}"),)
    told, true = found.manifest, evidence.manifest
    if (told.files, told.artifact_root) == (true.files, true.artifact_root):
        return ()
    message = f"the {MANIFEST} beside the files is not true of them"
    return (Check(8, "sidecar", Outcome.FAILED, message, "remove it, or do without --manifest"),)
