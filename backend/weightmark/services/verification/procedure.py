"""The procedure of the package's docstring, step by step."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from weightmark.domain.networks import Network
from weightmark.domain.policy import Policy
from weightmark.domain.reference import Reference
from weightmark.domain.trust import TrustList
from weightmark.domain.verdict import Check, Outcome, Verdict
from weightmark.errors import StorageError, WeightmarkError
from weightmark.ports.artifacts import Artifact, Start
from weightmark.ports.chains import Chains
from weightmark.ports.records import Records, ReleaseDeed
from weightmark.services.evidence import Evidence
from weightmark.services.lookup import Lookup, ResolvedReference, resolve
from weightmark.services.verification.chain import ChainFindings, check_on_chain
from weightmark.services.verification.contents import check_contents
from weightmark.services.verification.files import FileSelection
from weightmark.services.verification.identity import (
    NAME_THE_CHAIN,
    check_manifest,
    check_reference,
    check_trust,
)
from weightmark.services.verification.signatures import SignatureMeans
from weightmark.services.verification.signing_keys import check_signing_keys


@dataclass(frozen=True, slots=True)
class VerificationRequest:
    """What to verify, and against what.

    Attributes:
        artifact: The files.
        means: What signatures are checked with; certificates count when the release was registered.
        release: The release that it has to be, or None for the one that the manifest names.
        policy: What is demanded.
        selection: Which files to check.
    """

    artifact: Artifact
    means: SignatureMeans
    release: Reference | None = None
    policy: Policy = field(default_factory=Policy)
    selection: FileSelection = field(default_factory=FileSelection)


class Verifier:
    """Verifies downloads against the chains that it is given."""

    def __init__(
        self, chains: Chains, trust: TrustList, records: Records, clock: Callable[[], int]
    ) -> None:
        self._chains = chains
        self._trust = trust
        self._records = records
        self._clock = clock

    def verify(self, request: VerificationRequest, start: Start) -> Verdict:
        """Verify an artifact, and remember it if it is verified.

        Raises:
            UsageError: The chosen network contradicts the reference.
            ValueFormatError: The reference names an unknown chain or publisher.
        """
        # 1. The manifest.
        try:
            evidence = Evidence.read(request.artifact)
        except WeightmarkError as error:
            return Verdict((Check.of_error(1, "manifest", error),))
        manifest = evidence.manifest
        network, expected = self._resolve(request.release, evidence)
        is_assumed = self._is_assumed(network, request, evidence)
        findings = check_on_chain(
            evidence, network, self._chains, self._records, request.policy, self._clock()
        )
        means = _at_registration(request.means, findings)
        checks = (
            # 1. and 2. Identity.
            *check_manifest(evidence),
            check_reference(evidence, expected),
            # 3. Trust.
            check_trust(
                evidence,
                request.release,
                network,
                self._trust,
                request.policy,
                is_assumed=is_assumed,
            ),
            # 4. to 6. The chain.
            *(_hinted(check) if is_assumed else check for check in findings.checks),
            *self._check_newest(evidence, expected),
            # 7. and 8. Files and signatures.
            *check_contents(request.artifact, evidence, request.selection, means, start),
            *check_signing_keys(evidence, findings.views),
            # 9. Policy.
            *request.policy.check(manifest),
        )
        verdict = Verdict(
            checks,
            release=f"{network.chain_id}:{manifest.publisher}/{manifest.name}@{manifest.version}",
            trust_mode="rpc",
            partial=request.selection.is_partial,
        )
        return self._remember(verdict, evidence, network, findings)

    def _resolve(
        self, reference: Reference | None, evidence: Evidence
    ) -> tuple[Network, ResolvedReference | None]:
        if reference is not None:
            resolved = resolve(reference, self._trust, self._chains)
            return resolved.network, resolved
        manifest = evidence.manifest
        implied = Reference("", manifest.publisher, manifest.name, manifest.version)
        return resolve(implied, self._trust, self._chains).network, None

    def _is_assumed(
        self, network: Network, request: VerificationRequest, evidence: Evidence
    ) -> bool:
        """Whether nothing but the default says which chain it is: a manifest does not."""
        said = (
            request.release is not None and request.release.chain,
            self._trust.chains_of(evidence.manifest.publisher),
            self._chains.chosen,
            request.policy.publishers,
        )
        return network.is_embedded and not any(said)

    def _check_newest(
        self, evidence: Evidence, expected: ResolvedReference | None
    ) -> tuple[Check, ...]:
        if expected is None or expected.version:
            return ()
        try:
            lookup = Lookup(self._chains, expected.network)
            newest = lookup.release(expected.publisher, expected.name, "").registration
        except WeightmarkError as error:
            return (Check.of_error(6, "newest", error),)
        if newest.release_id == evidence.release_id:
            message = f"{newest.version} is the newest release of its model"
            return (Check(6, "newest", Outcome.PASSED, message),)
        message = f"this is {evidence.manifest.version}; the newest release is {newest.version}"
        hint = f"get the newest one, or name the version that you want: {expected.name}@VERSION"
        return (Check(6, "newest", Outcome.FAILED, message, hint),)

    def _remember(
        self, verdict: Verdict, evidence: Evidence, network: Network, findings: ChainFindings
    ) -> Verdict:
        try:
            if findings.head is not None:
                self._records.remember_head(*findings.head)
            if verdict.verified and not verdict.partial:
                record = evidence.record(network, ReleaseDeed.VERIFIED, self._clock())
                self._records.remember(record, evidence.data)
        except StorageError as error:
            message = f"this verification could not be remembered: {error.message}"
            note = Check(6, "memory", Outcome.WARNED, message, error.hint)
            return dataclasses.replace(verdict, checks=(*verdict.checks, note))
        return verdict


def _at_registration(means: SignatureMeans, findings: ChainFindings) -> SignatureMeans:
    times = (view.release.word.registered_at for view in findings.views)
    registered_at = max(times, default=0)
    if not registered_at:
        return means
    at = datetime.fromtimestamp(registered_at, UTC)
    return dataclasses.replace(means, trust=dataclasses.replace(means.trust, at=at))


def _hinted(check: Check) -> Check:
    if check.name == "chain" and check.outcome is Outcome.UNCHECKED:
        return dataclasses.replace(check, hint=NAME_THE_CHAIN)
    return check
