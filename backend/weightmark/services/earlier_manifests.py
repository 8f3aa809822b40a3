"""Manifests that an earlier run made of the same release: an interrupted publish goes on with one.

A manifest that carries the artifact's CID says the same of the files as one that does not, and has
another hash: whichever is registered is the one that counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec
from msgspec import UNSET

from weightmark.domain.manifest import Manifest
from weightmark.domain.networks import Network
from weightmark.errors import WeightmarkError
from weightmark.ports.artifacts import Artifact
from weightmark.ports.chains import Chains
from weightmark.ports.records import Records
from weightmark.services.evidence import Evidence
from weightmark.services.manifests import ManifestDraft
from weightmark.services.standing import newest, release_state


def earlier_manifests(
    records: Records, network: Network, artifact: Artifact, draft: ManifestDraft
) -> Iterator[Evidence]:
    """Give earlier manifests of a release: those that are remembered, and the one beside it."""
    label = (draft.publisher, draft.name, draft.version)
    yield from map(Evidence.parse, records.manifests(network.chain_id, *label))
    try:
        beside = Evidence.read(artifact)
    except WeightmarkError:
        # None there, or none that we wrote: a new one takes its place.
        return
    if (beside.manifest.publisher, beside.manifest.name, beside.manifest.version) == label:
        yield beside


def take_up(earlier: Iterable[Evidence], made: Evidence) -> Evidence | None:
    """Return an earlier manifest that says the same as a new one, but for the time."""
    return next((each for each in earlier if _is_same(each.manifest, made.manifest)), None)


def without_address(evidence: Evidence) -> Evidence:
    """Return a manifest without the artifact's CID."""
    return Evidence.of(msgspec.structs.replace(evidence.manifest, artifact_cid=UNSET))


def is_registered_unaddressed(
    chains: Chains, network: Network, earlier: Iterable[Evidence], evidence: Evidence
) -> bool:
    """Whether what is registered is an earlier manifest that lacks nothing but the artifact's CID.

    Raises:
        UnavailableError: The chain is out of reach, or the registry is not there.
    """
    unaddressed = take_up(earlier, without_address(evidence))
    if unaddressed is None:
        return False
    reader, block = newest(chains, network)
    state = release_state(reader, chains.registry.address, evidence.release_id, block)
    return state.commitment == unaddressed.commitment


def _is_same(one: Manifest, other: Manifest) -> bool:
    return msgspec.structs.replace(one, created=other.created) == other
