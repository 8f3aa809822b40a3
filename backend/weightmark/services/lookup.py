"""Looking up releases: by reference, by model, by publisher, by content."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from weightmark.domain.identifiers import model_id_of
from weightmark.domain.networks import Network
from weightmark.domain.reference import Reference
from weightmark.domain.registry import (
    EMPTY_HEAD,
    AuthorityWord,
    HeadWord,
    Reason,
    ReleaseState,
    ReleaseWord,
    authority_slot,
    head_slot,
    release_slots,
)
from weightmark.domain.releases import ModelLog, ReleaseView
from weightmark.domain.statements import Registration
from weightmark.domain.trust import TrustList
from weightmark.errors import (
    ChainUnreachableError,
    UnknownReleaseError,
    UsageError,
)
from weightmark.ports.chain import Block, BlockTag, ChainReader, RegistrationFilter
from weightmark.ports.chains import Chains
from weightmark.services.contracts import check_chain_id, check_contract


@dataclass(frozen=True, slots=True)
class ResolvedReference:
    """A reference whose chain and publisher are known."""

    network: Network
    publisher: str
    name: str
    version: str

    @property
    def text(self) -> str:
        """The REF with chain id and address; it names a version."""
        return f"{self.network.chain_id}:{self.publisher}/{self.name}@{self.version}"


def resolve(reference: Reference, trust: TrustList, chains: Chains) -> ResolvedReference:
    """Find out which chain and which address a reference means.

    The chosen network decides, then the reference, then the trust file, then the default.

    Raises:
        UsageError: The chosen network contradicts the reference.
        ValueFormatError: The chain or the nickname is unknown, or ambiguous.
    """
    network, publisher = resolve_publisher(reference.chain, reference.publisher, trust, chains)
    return ResolvedReference(network, publisher, reference.name, reference.version)


def resolve_publisher(
    chain: str, publisher: str, trust: TrustList, chains: Chains
) -> tuple[Network, str]:
    """Find out which chain and which address a publisher means, as `resolve` does.

    Args:
        chain: A network's name or a chain id, or empty.
        publisher: A checksummed address, or a nickname.
        trust: Whose nicknames count.
        chains: The networks that are known.

    Raises:
        UsageError: The chosen network contradicts ``chain``.
        ValueFormatError: The chain or the nickname is unknown, or ambiguous.
    """
    network = network_asked_for(chain, chains)
    if not publisher.startswith("0x"):
        entry = trust.named(publisher, network.chain_id if network else None)
        return network or chains.network(str(entry.chain_id)), entry.address
    return network or _network_of(publisher, trust, chains), publisher


def network_asked_for(chain: str, chains: Chains) -> Network | None:
    """Return the chosen network, or else the one that ``chain`` names, if it names one.

    Raises:
        UsageError: Both are given, and they are two.
        ValueFormatError: The chain is unknown.
    """
    named = chains.network(chain) if chain else None
    chosen = chains.chosen
    if named and chosen and named.chain_id != chosen.chain_id:
        raise UsageError(f"--network {chosen.name} contradicts the chain '{chain}'")
    return chosen or named


def _network_of(publisher: str, trust: TrustList, chains: Chains) -> Network:
    trusted_on = trust.chains_of(publisher)
    return chains.network(str(trusted_on[0])) if len(trusted_on) == 1 else chains.default


def check_chain(reader: ChainReader, network: Network, chains: Chains, block: Block) -> None:
    """Make sure that a source serves the right chain, and that the registry is the real one.

    Raises:
        WrongChainError: The source serves another chain.
        NotDeployedError: There is no code at the registry's address.
        LookAlikeContractError: There is other code.
    """
    check_chain_id(reader, network)
    check_contract(reader, network, chains.registry, block)


class Lookup:
    """Looks releases up on one chain, in one view of it.

    Raises, on creation:
        WrongChainError, NotDeployedError, LookAlikeContractError: See `check_chain`.
        ChainUnreachableError: The chain does not answer.
    """

    def __init__(self, chains: Chains, network: Network) -> None:
        self._reader = chains.reader(network)
        self._registry = chains.registry.address
        self._chain_id = network.chain_id
        self._latest = self._reader.block(BlockTag.LATEST)
        self._final = self._reader.block(BlockTag.FINALIZED)
        check_chain(self._reader, network, chains, self._latest)

    def release(self, publisher: str, name: str, version: str) -> ReleaseView:
        """Return one release; without a version, the newest that is not revoked.

        Raises:
            UnknownReleaseError: There is no such release.
            ChainUnreachableError: The chain's answers contradict each other.
        """
        log = self.model(publisher, name)
        if version:
            wanted = (each for each in log.releases if each.registration.version == version)
            found = next(wanted, None)
        else:
            found = log.newest
        if found is None:
            what = f"release {version}" if version else "current release"
            raise UnknownReleaseError(
                f"{publisher}/{name} has no {what} on chain {self._chain_id}",
                hint="check the publisher, the name and the network; "
                f"'weightmark log {self._chain_id}:{publisher}/{name}' lists the versions",
            )
        return found

    def model(self, publisher: str, name: str) -> ModelLog:
        """Return all releases of a model, and prove the list complete by the model's head.

        Raises:
            ChainUnreachableError: A release is missing from the list, or out of order.
        """
        model_id = model_id_of(publisher, name)
        views = self._views(RegistrationFilter(publisher=publisher, model_id=model_id))
        (word,) = self._reader.words(self._registry, (head_slot(model_id),), self._latest)
        head = EMPTY_HEAD
        for view in views:
            head = head.next(view.registration.release_id, view.registration.commitment)
        if head != HeadWord.unpack(word):
            raise ChainUnreachableError(
                f"the list of releases of {publisher}/{name} does not agree with the model's head",
                hint="the endpoint leaves out events; use another one",
            )
        return ModelLog(views)

    def by_publisher(self, publisher: str) -> tuple[ReleaseView, ...]:
        """Return all releases of a publisher, the oldest first."""
        return self._views(RegistrationFilter(publisher=publisher))

    def by_artifact_root(self, artifact_root: bytes) -> tuple[ReleaseView, ...]:
        """Return everybody's releases of the same bytes, the oldest first."""
        return self._views(RegistrationFilter(artifact_root=artifact_root))

    def _views(self, wanted: RegistrationFilter) -> tuple[ReleaseView, ...]:
        found = self._reader.registrations(self._registry, wanted, self._latest)
        words = self._words(slot for told in found for slot in _slots(told))
        states = [_state(told, words) for told in found]
        successors = self._successors(found, states)
        return tuple(
            ReleaseView(
                chain_id=self._chain_id,
                registration=told,
                state=state,
                authority=AuthorityWord.unpack(
                    words[_slots(told)[2]], publisher=told.publisher, index=told.authority_index
                ),
                is_final=told.block_number <= self._final.number,
                successor=successors.get(told.release_id, ""),
            )
            for told, state in zip(found, states, strict=True)
        )

    def _words(self, slots: Iterable[int]) -> dict[int, int]:
        # Many releases have the same authority.
        unique = tuple(dict.fromkeys(slots))
        words = self._reader.words(self._registry, unique, self._latest)
        return dict(zip(unique, words, strict=True))

    def _successors(
        self, found: Sequence[Registration], states: Sequence[ReleaseState]
    ) -> dict[bytes, str]:
        superseded = [
            told.release_id
            for told, state in zip(found, states, strict=True)
            if state.word.reason is Reason.SUPERSEDED
        ]
        if not superseded:
            return {}
        told_by_id = {told.release_id: told for told in found}
        successors = self._reader.successors(self._registry, superseded, self._latest)
        return {
            old: _shown_successor(told_by_id[old], new, told_by_id.get(new))
            for old, new in successors.items()
            if old in told_by_id
        }


def _slots(told: Registration) -> tuple[int, int, int]:
    return *release_slots(told.release_id), authority_slot(told.publisher, told.authority_index)


def _state(told: Registration, words: Mapping[int, int]) -> ReleaseState:
    commitment, word, _ = (words[slot] for slot in _slots(told))
    state = ReleaseState(commitment.to_bytes(32, "big"), ReleaseWord.unpack(word))
    if (told.commitment, told.authority_index) != (state.commitment, state.word.authority_index):
        raise ChainUnreachableError(
            f"an event of {told.publisher}/{told.name} contradicts the registry's state",
            hint="use another endpoint",
        )
    return state


def _shown_successor(old: Registration, new_id: bytes, new: Registration | None) -> str:
    return new.version if new and new.model_id == old.model_id else f"0x{new_id.hex()}"
