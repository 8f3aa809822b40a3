"""Fetching a release by its reference, with nobody trusted who serves it.

1. The chain says which manifest it is; a release that is revoked is refused.
2. The manifest is got by its hash, and says which artifact it is.
3. The directories below the artifact's CID are those that the manifest lists, path by path.
4. What is not there yet of the files is got, each block from whoever has it, checked as it comes.
5. The whole is verified as any download is. Only what is verified gets to its place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from weightmark.domain.policy import Policy
from weightmark.domain.reference import Reference
from weightmark.domain.releases import ReleaseView
from weightmark.domain.trust import TrustList
from weightmark.domain.verdict import Verdict
from weightmark.errors import VerificationFailedError
from weightmark.ports.artifacts import SIDECAR_NAMES, Artifact, Start
from weightmark.ports.blocks import Provider
from weightmark.ports.chains import Chains
from weightmark.ports.downloads import Download, Downloads
from weightmark.services.lookup import Lookup, resolve
from weightmark.services.sidecars import MANIFEST
from weightmark.services.sources import Fault, SourcePool
from weightmark.services.transfer import Transfer
from weightmark.services.verification.procedure import VerificationRequest, Verifier
from weightmark.services.verification.signatures import SignatureMeans


@dataclass(frozen=True, slots=True)
class FetchRequest:
    """What to fetch, and where from.

    Attributes:
        reference: The release.
        sources: Who may have it.
        means: What signatures are checked with.
        policy: What is demanded.
        signatures: Files of signatures that were got elsewhere, by their names as sidecars.
    """

    reference: Reference
    sources: Sequence[Provider]
    means: SignatureMeans
    policy: Policy = field(default_factory=Policy)
    signatures: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What became of it.

    Attributes:
        verdict: What the verification found.
        kept: Where the files are kept if they are not verified, and so not in their place.
        faults: What sources did that they should not, in the order of time.
    """

    verdict: Verdict
    kept: str
    faults: tuple[Fault, ...]


class Fetcher:
    """Fetches releases, and verifies them."""

    def __init__(self, chains: Chains, trust: TrustList, verifier: Verifier) -> None:
        self._chains = chains
        self._trust = trust
        self._verifier = verifier

    def fetch(
        self,
        request: FetchRequest,
        downloads: Downloads,
        start: Start,
        tell: Callable[[Fault], None],
    ) -> Fetched:
        """Fetch a release to its place, or go on with it.

        Args:
            request: What to fetch.
            downloads: Where it is to be.
            start: Called before files are fetched, and before they are verified.
            tell: Called with each fault of a source, from any thread.

        Raises:
            AlreadyExistsError: Something is in that place.
            UnknownReleaseError: Nobody registered the release.
            VerificationFailedError: It is revoked, or its manifest contradicts the chain, or what
                its content address leads to.
            ContentUnavailableError: Nobody has a block, or the release was not pinned.
            UnavailableError: The chain is out of reach, or the files cannot be written.
            InputError: The reference, the manifest or the content is malformed.
        """
        # 1. The chain.
        view = self._release(request.reference)
        faults: list[Fault] = []

        def note(fault: Fault) -> None:
            faults.append(fault)
            tell(fault)

        with downloads.resumed(view.registration.manifest_hash) as download:
            with SourcePool(request.sources, note) as pool:
                artifact = self._transfer(request, view, download, pool, start)
            # 5. The whole.
            verification = VerificationRequest(
                artifact, request.means, request.reference, request.policy
            )
            verdict = self._verifier.verify(verification, start)
            if verdict.verified:
                download.finish()
            return Fetched(verdict, "" if verdict.verified else download.place, tuple(faults))

    def _release(self, reference: Reference) -> ReleaseView:
        found = resolve(reference, self._trust, self._chains)
        lookup = Lookup(self._chains, found.network)
        view = lookup.release(found.publisher, found.name, found.version)
        if view.status in ("revoked", "distrusted"):
            model = view.reference.rpartition("@")[0]
            raise VerificationFailedError(
                f"{view.reference} is {view.status}, and is not fetched",
                hint=f"'weightmark log {model}' lists the releases of that model",
            )
        return view

    def _transfer(
        self,
        request: FetchRequest,
        view: ReleaseView,
        download: Download,
        pool: SourcePool,
        start: Start,
    ) -> Artifact:
        transfer = Transfer(download, pool)
        # 2. and 3. What it consists of.
        evidence = transfer.manifest(view)
        contents = transfer.contents(evidence.manifest)
        # 4. The files, and beside them what tells of them.
        transfer.fetch(contents, start)
        artifact = download.artifact(contents.single_file)
        _place_sidecars(artifact, {MANIFEST: evidence.data, **request.signatures})
        return artifact


def _place_sidecars(artifact: Artifact, sidecars: Mapping[str, bytes]) -> None:
    """Have these sidecars beside the files, and none of an earlier attempt."""
    for name in SIDECAR_NAMES:
        artifact.make_room(name)
        if name in sidecars:
            artifact.write_sidecar(name, sidecars[name])
        else:
            artifact.remove_sidecar(name)
