"""Publishing a model.

1. Hash the files, address them if they are to be pinned, and describe them in a manifest.
2. Ask the chain whether the version is registered, and what it costs to register it.
3. Write the manifest beside the files, then its signatures, and verify these as others will.
4. Keep the manifest, and pin the files: a pin may fail, and a registration is for ever.
5. Register the release.
6. Remember it, and trust oneself as ``me``.

A draft does something else in place of 5: it asks for the cost, or has the release signed for
somebody else to register.

No journal is kept. A publish that was interrupted is completed by the next one, because each step
finds out whether it was done: the manifest that an earlier run wrote or remembered is taken up
again when it describes the same release of the same files, and a release id registers once. Two
processes that publish the same release wait for each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

from weightmark.domain.actions import Register
from weightmark.domain.manifest import Manifest
from weightmark.domain.networks import Network
from weightmark.domain.signing_requests import SigningRequest
from weightmark.domain.statements import ReleaseStatement
from weightmark.domain.trust import OWN_NICKNAME, TrustedPublisher
from weightmark.errors import AlreadyExistsError, NotDeployedError, VersionExistsError
from weightmark.ports.artifacts import Start
from weightmark.ports.chain import ChainWriter, TransactionReceipt
from weightmark.ports.chains import Chains
from weightmark.ports.content import Publishable
from weightmark.ports.records import Records, ReleaseDeed
from weightmark.ports.store import ContentStore
from weightmark.ports.trust import TrustStore
from weightmark.services.authorities import authority_index_of
from weightmark.services.earlier_manifests import (
    earlier_manifests,
    is_registered_unaddressed,
    take_up,
    without_address,
)
from weightmark.services.evidence import Evidence
from weightmark.services.heads import remember_head
from weightmark.services.manifests import ManifestDraft, create_manifest
from weightmark.services.pinning import EMBEDDED, Keeping, PinOrder, describe_with_address
from weightmark.services.placing import placed
from weightmark.services.signatures.release import ReleaseSigner
from weightmark.services.spending import FREELY, Spending
from weightmark.services.standing import newest, unless_done

Drafted = TypeVar("Drafted")
Done = TypeVar("Done")


@dataclass(frozen=True, slots=True)
class PublishRequest:
    """What to publish, and where.

    Attributes:
        artifact: The files; the manifest is written beside them.
        draft: What the publisher says of them.
        signer: Who signs the release: keys that the draft names.
        network: The chain to register on.
        authority_index: Which authority of the publisher the sending account is; None to find out.
        order: Where the files are to be kept; None to keep the manifest alone.
    """

    artifact: Publishable
    draft: ManifestDraft
    signer: ReleaseSigner
    network: Network
    authority_index: int | None = None
    order: PinOrder | None = None


@dataclass(frozen=True, slots=True)
class Publication:
    """A release that is registered.

    Attributes:
        manifest: The release's manifest.
        statement: What the registry is told of it.
        manifest_path: Where the manifest was written.
        network: The chain that it is registered on.
        receipt: The transaction, or None where the release was registered before.
        pinned_at: Who keeps its files.
    """

    manifest: Manifest
    statement: ReleaseStatement
    manifest_path: str
    network: Network
    receipt: TransactionReceipt | None
    pinned_at: tuple[str, ...] = ()

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
        store: ContentStore,
    ) -> None:
        self._chains = chains
        self._writer = writer
        self._trust = trust
        self._records = records
        self._clock = clock
        self._lock = lock
        self._store = store

    def publish(
        self, request: PublishRequest, start: Start, spending: Spending = FREELY
    ) -> Publication:
        """Publish an artifact, or complete a publish that was interrupted.

        Raises:
            VersionExistsError: The version is registered with other content, or without the
                address of what is to be pinned.
            AlreadyRevokedError: The version was revoked.
            NotAuthorizedError: The key may not register for the publisher.
            ArtifactError: The artifact cannot be accepted.
            ManifestError: A value of the draft breaks its rule.
            AlreadyExistsError: A file of signatures is in the way.
            VerificationFailedError: A file of signatures would keep everybody from verifying it.
            KeyFileError: A key that signs it cannot be used.
            UnavailableError: The chain, or a file of ours, is out of reach; or it costs too much;
                or a target does not keep the files.
            ContentError: A file changed before a target had it.
        """
        with self._keeping(request) as keeping:
            made = self._make(request, keeping, start)
            with self._lock(made.release_id):
                evidence = self._take_up(request, made, keeping, start)
                self._deploy_here(request.network)
                registered = self._unless_done(
                    request,
                    evidence,
                    lambda: self._register(request, evidence, keeping, start, spending),
                )
                path, receipt = registered or (self._place(request, evidence, keeping, start), None)
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
        if not keep:
            made = self._make(request, None, start)
            evidence = self._take_up(request, made, None, start)
            drafted = self._unless_done(request, evidence, partial(make, evidence.statement))
            return ReleaseDraft(_publication(request, evidence, "", None), drafted)
        with self._keeping(request) as keeping:
            made = self._make(request, keeping, start)
            with self._lock(made.release_id):
                evidence = self._take_up(request, made, keeping, start)
                drafted = self._unless_done(request, evidence, partial(make, evidence.statement))
                path = self._place(request, evidence, keeping, start)
                if drafted is None:
                    self._remember(request.network, evidence)
                else:
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

    @contextmanager
    def _keeping(self, request: PublishRequest) -> Iterator[Keeping]:
        with self._store.adding() as additions:
            yield Keeping(self._store, additions, request.order, self._clock)

    def _make(self, request: PublishRequest, keeping: Keeping | None, start: Start) -> Evidence:
        """Make a manifest, with an address where one is asked for, or where an earlier one has it.

        Without it nobody could say whether the earlier one is of the same files.
        """
        describe = None
        if request.order and keeping:
            describe = partial(keeping.describe, request.artifact)
        elif request.order or self._has_address(request):
            describe = partial(describe_with_address, request.artifact)
        return Evidence.of(create_manifest(request.artifact, request.draft, start, describe))

    def _unless_done(
        self, request: PublishRequest, evidence: Evidence, act: Callable[[], Done]
    ) -> Done | None:
        """Do as `unless_done`; and where a pin comes too late for a release, say that."""
        try:
            return unless_done(self._chains, request.network, evidence.statement, act)
        except VersionExistsError:
            earlier = self._earlier(request)
            if request.order is None or not is_registered_unaddressed(
                self._chains, request.network, earlier, evidence
            ):
                raise
        raise VersionExistsError(
            f"{evidence.reference_on(request.network)} was published without --pin: its manifest "
            "has no artifact CID, and what is registered never changes",
            hint="publish under another --version with --pin",
        )

    def _earlier(self, request: PublishRequest) -> Iterator[Evidence]:
        return earlier_manifests(self._records, request.network, request.artifact, request.draft)

    def _has_address(self, request: PublishRequest) -> bool:
        return any(each.manifest.artifact_cid for each in self._earlier(request))

    def _take_up(
        self, request: PublishRequest, made: Evidence, keeping: Keeping | None, start: Start
    ) -> Evidence:
        """Return an earlier manifest of the same release and files, or else the new one."""
        if not made.manifest.artifact_cid and self._has_address(request):
            # Somebody else has pinned it since.
            made = self._make(request, keeping, start)
        found = take_up(self._earlier(request), made)
        return found or (made if request.order else without_address(made))

    def _deploy_here(self, network: Network) -> None:
        """Deploy the contracts on a chain of this machine, where they are missing."""
        if not network.is_local:
            return
        try:
            newest(self._chains, network)
        except NotDeployedError:
            self._writer().deploy()

    def _place(
        self, request: PublishRequest, evidence: Evidence, keeping: Keeping, start: Start
    ) -> str:
        with placed(request.artifact, evidence, request.signer, start) as path:
            keeping.keep(evidence, evidence.reference_on(request.network), start)
            return path

    def _register(
        self,
        request: PublishRequest,
        evidence: Evidence,
        keeping: Keeping,
        start: Start,
        spending: Spending,
    ) -> tuple[str, TransactionReceipt]:
        writer, index = self._writer(), request.authority_index
        if index is None:
            publisher = evidence.manifest.publisher
            index = authority_index_of(self._chains, request.network, publisher, writer.account)
        action = Register(evidence.statement, index)
        agreed = spending.approve(writer, action)
        with placed(request.artifact, evidence, request.signer, start) as path:
            keeping.keep(evidence, evidence.reference_on(request.network), start)
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


def _publication(
    request: PublishRequest, evidence: Evidence, path: str, receipt: TransactionReceipt | None
) -> Publication:
    order = request.order
    pinned_at = (EMBEDDED, *(each.name for each in order.targets)) if order else ()
    return Publication(
        evidence.manifest, evidence.statement, path, request.network, receipt, pinned_at
    )
