"""Step 8: the keys that the manifest names, as the publisher has registered them on the chain."""

from __future__ import annotations

from collections.abc import Collection

from weightmark.domain.manifest import Signer
from weightmark.domain.registry import SigningKeyWord
from weightmark.domain.signing_keys import algorithm_label
from weightmark.domain.times import utc_text
from weightmark.domain.verdict import Check, Outcome
from weightmark.services.evidence import Evidence
from weightmark.services.verification.chain import View

_NAME = "signing-key"


def check_signing_keys(evidence: Evidence, views: Collection[View]) -> tuple[Check, ...]:
    """Say whether the keys counted when the release was registered.

    Args:
        evidence: The manifest, which names the keys.
        views: The final view and the latest one: an end that only the latest shows counts. None
            where the chain could not be read.
    """
    signers = evidence.manifest.required_signers
    if not signers:
        return ()
    registered_at = max((each.release.word.registered_at for each in views), default=0)
    if not registered_at:
        message = "whether the keys counted depends on the time of the registration"
        outcome = Outcome.NOT_APPLICABLE if views else Outcome.UNCHECKED
        return (Check(8, _NAME, outcome, message),)
    return tuple(
        _check_key(each, [view.signing_keys[each.key] for view in views], registered_at)
        for each in signers
    )


def _check_key(
    signer: Signer, words: Collection[SigningKeyWord | None], registered_at: int
) -> Check:
    label = f"the {signer.algorithm} key {signer.key}"
    found = [word for word in words if word is not None]
    if not found:
        message = f"{label} is not on the chain: the manifest alone vouches for it"
        return Check(8, _NAME, Outcome.NOT_APPLICABLE, message)
    for word in found:
        registered = algorithm_label(word.algorithm)
        if registered != signer.algorithm:
            message = f"{label} is on the chain as one of {registered}"
            return Check(8, _NAME, Outcome.FAILED, message)
        if not word.is_valid_at(registered_at):
            message = (
                f"{label} counts from {utc_text(word.valid_from)} and before "
                f"{utc_text(word.until)}, and the release was registered at "
                f"{utc_text(registered_at)}"
            )
            hint = "the publisher does not vouch for that key at that time"
            return Check(8, _NAME, Outcome.FAILED, message, hint)
    message = f"{label} is on the chain, and counted when the release was registered"
    return Check(8, _NAME, Outcome.PASSED, message)
