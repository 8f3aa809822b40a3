"""Steps 1 to 3: what the manifest's entries give, which release it is, and who is trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from weightmark.domain.verdict import Check, Outcome
from weightmark.services.evidence import Evidence

if TYPE_CHECKING:
    from weightmark.domain.networks import Network
    from weightmark.domain.policy import Policy
    from weightmark.domain.reference import Reference
    from weightmark.domain.trust import TrustList
    from weightmark.services.lookup import ResolvedReference

NAME_THE_CHAIN = (
    "nothing says on which chain the release is: name it with --network, or give the release "
    "as --release CHAIN:PUBLISHER/NAME@VERSION"
)


def check_manifest(evidence: Evidence) -> tuple[Check, Check]:
    """Say that the manifest was read, and compare its root with the one that its entries give."""
    manifest = evidence.manifest
    read = Check(1, "manifest", Outcome.PASSED, "the manifest is well-formed and canonical")
    if manifest.tree().root == evidence.artifact_root:
        message = f"the root is {manifest.artifact_root}"
        return read, Check(2, "artifact-root", Outcome.PASSED, message)
    message = "the artifact root does not follow from the manifest's files"
    return read, Check(2, "artifact-root", Outcome.FAILED, message)


def check_reference(evidence: Evidence, expected: ResolvedReference | None) -> Check:
    """Compare publisher, name and version with those of the reference."""
    if expected is None:
        message = "no reference was given: the manifest says which release it is"
        return Check(2, "reference", Outcome.NOT_APPLICABLE, message)
    manifest = evidence.manifest
    wanted = {
        "publisher": (expected.publisher, manifest.publisher),
        "name": (expected.name, manifest.name),
        "version": (expected.version or manifest.version, manifest.version),
    }
    different = [
        f"the {what} is {found}, not {given}"
        for what, (given, found) in wanted.items()
        if given != found
    ]
    if different:
        message = f"the manifest is of another release: {'; '.join(different)}"
        return Check(2, "reference", Outcome.FAILED, message)
    return Check(2, "reference", Outcome.PASSED, "the manifest is of that release")


def check_trust(
    evidence: Evidence,
    reference: Reference | None,
    network: Network,
    trust: TrustList,
    policy: Policy,
    *,
    is_assumed: bool,
) -> Check:
    """Find who decided to trust the publisher; a manifest beside the files does not.

    Args:
        evidence: The manifest, which names the publisher.
        reference: The release that it has to be, if one was given.
        network: The chain.
        trust: The trust file.
        policy: The policy, which may name the publisher.
        is_assumed: Whether nothing but the default said which chain it is.
    """
    publisher = evidence.manifest.publisher
    entry = trust.find(network.chain_id, publisher)
    if reference is not None and reference.has_address:
        return Check(3, "trust", Outcome.PASSED, "the reference gives the publisher's address")
    if entry is not None:
        message = f"the publisher is trusted as '{entry.nickname}'"
        return Check(3, "trust", Outcome.PASSED, message)
    if policy.trusts(network.chain_id, publisher):
        return Check(3, "trust", Outcome.PASSED, "the policy names the publisher")
    return Check(
        3,
        "trust",
        Outcome.FAILED,
        f"nobody here trusts the publisher {publisher} on chain {network.chain_id}",
        hint=NAME_THE_CHAIN
        if is_assumed
        else "if you know that address to be theirs: weightmark trust add NICKNAME "
        f"{network.chain_id}:{publisher}",
    )
