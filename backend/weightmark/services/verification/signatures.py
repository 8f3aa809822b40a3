"""Step 8: every key that the manifest names has signed, and no sidecar says what is not true."""

from __future__ import annotations

from weightmark.domain.manifest import Manifest
from weightmark.domain.verdict import Check, Outcome
from weightmark.ports.artifacts import Listing
from weightmark.services.sidecars import UNCHECKED

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
