"""Publishing a model.

1. Hash the files, and describe them in a manifest.
2. Ask the chain whether the version is registered, and what it costs to register it.
3. Write the manifest beside the files, then its signatures, and verify these as others will.
4. Register the release.
5. Remember it, and trust oneself as ``me``.

A draft does something else in place of 4: it asks for the cost, or has the release signed for
somebody else to register.

No journal is kept. A publish that was interrupted is completed by the next one, because each step
finds out whether it was done: the manifest that an earlier run wrote or remembered is taken up
again when it describes the same release of the same files, and a release id registers once. Two
processes that publish the same release wait for each other.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Generic, TypeVar

import msgspec

from weightmark.domain.actions import Register
from weightmark.domain.manifest import Manifest
from weightmark.domain.networks import Network
from weightmark.domain.signing_requests import SigningRequest
from weightmark.domain.statements import ReleaseStatement
from weightmark.domain.trust import OWN_NICKNAME, TrustedPublisher
from weightmark.errors import (
    AlreadyExistsError,
    NotDeployedError,
    WeightmarkError,
)
from weightmark.ports.artifacts import Artifact, Start
from weightmark.ports.chain import ChainWriter, TransactionReceipt
from weightmark.ports.chains import Chains
from weightmark.ports.records import Records, ReleaseDeed
from weightmark.ports.trust import TrustStore
from weightmark.services.authorities import authority_index_of
from weightmark.services.evidence import Evidence
from weightmark.services.heads import remember_head
from weightmark.services.manifests import ManifestDraft, create_manifest
from weightmark.services.placing import placed
from weightmark.services.signatures.release import ReleaseSigner
from weightmark.services.spending import FREELY, Spending
from weightmark.services.standing import newest, unless_done

Drafted = TypeVar("Drafted")


@dataclass(frozen=True, slots=True)
class PublishRequest:
    """What to publish, and where.

    Attributes:
        artifact: The files; the manifest is written beside them.
        draft: What the publisher says of them.
        signer: Who signs the release: keys that the draft names.
        network: The chain to register on.
        authority_index: Which authority of the publisher the sending account is; None to find out.
    """

    artifact: Artifact
    draft: ManifestDraft
    signer: ReleaseSigner
    network: Network
    authority_index: int | None = None


@dataclass(frozen=True, slots=True)
class Publication:
    """A release that is registered.

    Attributes:
        manifest: The release's manifest.
        statement: What the registry is told of it.
        manifest_path: Where the manifest was written.
        network: The chain that it is registered on.
        receipt: The transaction, or None where the release was registered before.
    """

    manifest: Manifest
    statement: ReleaseStatement
    manifest_path: str
    network: Network
    receipt: TransactionReceipt | None

    @property
    def manifest_hash(self) -> bytes:
        """The sha256 of the manifest's bytes."""
        return self.statement.manifest_hash

    @property
    def reference(self) -> str:
        """The REF with chain id and address."""
        manifest = self.manifest
        label = f"{manifest.publisher}/{manifest.name}@{manifest.version}"
        return f"{self.network.chain_id}:{label}"


@dataclass(frozen=True, slots=True)
class ReleaseDraft(Generic[Drafted]):
    """A release that is about to be registered, or is registered already.

    Attributes:
        publication: What it is, or will be; its path is empty where no manifest was written.
        drafted: What was made of its statement, or None where it is registered.
    """

    publication: Publication
    drafted: Drafted | None


class Publisher:
    """Publishes models with one key."""

    def __init__(
        self,
        chains: Chains,
        writer: Callable[[], ChainWriter],
        trust: TrustStore,
        records: Records,
        clock: Callable[[], int],
        lock: Callable[[bytes], AbstractContextManager[None]],
    ) -> None:
        self._chains = chains
        self._writer = writer
        self._trust = trust
        self._records = records
        self._clock = clock
        self._lock = lock

    def publish(
        self, request: PublishRequest, start: Start, spending: Spending = FREELY
    ) -> Publication:
        """Publish an artifact, or complete a publish that was interrupted.

        Raises:
            VersionExistsError: The version is registered with other content.
            AlreadyRevokedError: The version was revoked.
            NotAuthorizedError: The key may not register for the publisher.
            ArtifactError: The artifact cannot be accepted.
            ManifestError: A value of the draft breaks its rule.
            AlreadyExistsError: A file of signatures is in the way.
            VerificationFailedError: A file of signatures would keep everybody from verifying it.
            KeyFileError: A key that signs it cannot be used.
            UnavailableError: The chain, or a file of ours, is out of reach; or it costs too much.
        """
        made = Evidence.of(create_manifest(request.artifact, request.draft, start))
        with self._lock(made.release_id):
            evidence = self._take_up(request, made)
            self._deploy_here(request.network)
            registered = unless_done(
                self._chains,
                request.network,
                evidence.statement,
                lambda: self._register(request, evidence, start, spending),
            )
            path, receipt = registered or (self._place(request, evidence, start), None)
            self._remember(request.network, evidence)
        return _publication(request, evidence, path, receipt)

    def draft(
        self,
        request: PublishRequest,
        start: Start,
        make: Callable[[ReleaseStatement], Drafted],
        *,
        keep: bool,
    ) -> ReleaseDraft[Drafted]:
        """Do as `publish`, but send nothing: make something of the statement in place of that.

        Args:
            request: What to publish, and where.
            start: Called before files are read.
            make: What is done with the statement, where it is not registered yet.
            keep: Whether the manifest is written, signed and remembered.

        Raises:
            WeightmarkError: As `publish`, and what ``make`` raises.
        """
        made = Evidence.of(create_manifest(request.artifact, request.draft, start))
        with self._lock(made.release_id):
            evidence = self._take_up(request, made)
            statement = evidence.statement
            drafted = unless_done(self._chains, request.network, statement, lambda: make(statement))
            path = self._place(request, evidence, start) if keep else ""
            if keep and drafted is None:
                self._remember(request.network, evidence)
            elif keep:
                # Whoever gets it may register it at any time.
                self._keep(request.network, evidence, ReleaseDeed.DRAFTED)
        return ReleaseDraft(_publication(request, evidence, path, None), drafted)

    def sign(
        self,
        request: PublishRequest,
        start: Start,
        make: Callable[[ReleaseStatement], SigningRequest],
    ) -> ReleaseDraft[SigningRequest]:
        """Have a release signed, for somebody else to register; its manifest is written.

        Raises:
            WeightmarkError: As `publish`, and what ``make`` raises; then nothing is written.
        """
        draft = self.draft(request, start, make, keep=True)
        if draft.drafted and draft.drafted.is_signed:
            self._trust_oneself(request.network, request.draft.publisher)
        return draft

    def _take_up(self, request: PublishRequest, made: Evidence) -> Evidence:
        """Return an earlier manifest of the same release and files, or else the new one."""
        manifest = made.manifest
        remembered = self._records.manifests(
            request.network.chain_id, manifest.publisher, manifest.name, manifest.version
        )
        for earlier in (*map(Evidence.parse, remembered), _manifest_beside(request.artifact)):
            if earlier and _same_but_for_time(earlier.manifest, manifest):
                return earlier
        return made

    def _deploy_here(self, network: Network) -> None:
        """Deploy the contracts on a chain of this machine, where they are missing."""
        if not network.is_local:
            return
        try:
            newest(self._chains, network)
        except NotDeployedError:
            self._writer().deploy()

    def _place(self, request: PublishRequest, evidence: Evidence, start: Start) -> str:
        with placed(request.artifact, evidence, request.signer, start) as path:
            return path

    def _register(
        self, request: PublishRequest, evidence: Evidence, start: Start, spending: Spending
    ) -> tuple[str, TransactionReceipt]:
        writer, index = self._writer(), request.authority_index
        if index is None:
            publisher = evidence.manifest.publisher
            index = authority_index_of(self._chains, request.network, publisher, writer.account)
        action = Register(evidence.statement, index)
        agreed = spending.approve(writer, action)
        with placed(request.artifact, evidence, request.signer, start) as path:
            return path, agreed.send(writer, action)

    def _remember(self, network: Network, evidence: Evidence) -> None:
        self._keep(network, evidence, ReleaseDeed.PUBLISHED)
        self._trust_oneself(network, evidence.manifest.publisher)
        remember_head(self._chains, network, evidence.model_id, self._records)

    def _keep(self, network: Network, evidence: Evidence, deed: ReleaseDeed) -> None:
        self._records.remember(evidence.record(network, deed, self._clock()), evidence.data)

    def _trust_oneself(self, network: Network, publisher: str) -> None:
        chain_id = network.chain_id
        if self._trust.load().find(chain_id, publisher) is None:
            own = TrustedPublisher(OWN_NICKNAME, chain_id, publisher, "published here")
            try:
                self._trust.add(own)
            except AlreadyExistsError:
                # ``me`` is another key of ours on this chain, and stays so.
                return


def _manifest_beside(artifact: Artifact) -> Evidence | None:
    try:
        return Evidence.read(artifact)
    except WeightmarkError:
        # None there, or none that we wrote: a new one takes its place.
        return None


def _same_but_for_time(one: Manifest, other: Manifest) -> bool:
    return msgspec.structs.replace(one, created=other.created) == other


def _publication(
    request: PublishRequest, evidence: Evidence, path: str, receipt: TransactionReceipt | None
) -> Publication:
    return Publication(evidence.manifest, evidence.statement, path, request.network, receipt)
