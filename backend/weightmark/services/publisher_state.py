"""What a chain says of a publisher: authorities, signing keys, releases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from weightmark.domain.networks import Network
from weightmark.domain.registry import (
    Reason,
    ReleaseWord,
    SigningKeyWord,
    release_slots,
    signing_key_slot,
)
from weightmark.domain.statements import Registration
from weightmark.errors import UnavailableError
from weightmark.ports.chain import Block, BlockTag, RegistrationFilter
from weightmark.ports.chains import Chains
from weightmark.services.authorities import Authority, read_authorities
from weightmark.services.lookup import check_chain

_Known = TypeVar("_Known")


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A signing key of a publisher: the sha256 of its SubjectPublicKeyInfo, and its word."""

    fingerprint: bytes
    word: SigningKeyWord


@dataclass(frozen=True, slots=True)
class PublisherView:
    """A publisher at the newest block.

    Attributes:
        network: The chain.
        publisher: The publisher's address.
        block: The block.
        authorities: In the order of their indices.
        left_out: How many authorities there are between the first one and the next that is here.
        signing_keys: In the order in which they were added; None where they are not known.
        releases: How many releases each authority registered, by its index; None where that is not
            known.
        problem: Why the events could not be read, which tell of keys and releases, if they could
            not.
    """

    network: Network
    publisher: str
    block: Block
    authorities: tuple[Authority, ...]
    left_out: int
    signing_keys: tuple[SigningKey, ...] | None
    releases: Counter[int] | None
    problem: UnavailableError | None


class PublisherState:
    """A publisher on one chain, in one view of it.

    Raises, on creation:
        WrongChainError, NotDeployedError, LookAlikeContractError: The registry is not there.
        ChainUnreachableError: The chain does not answer.
    """

    def __init__(self, chains: Chains, network: Network, publisher: str) -> None:
        self._reader = chains.reader(network)
        self._registry = chains.registry.address
        self.network = network
        self.publisher = publisher
        self.block = self._reader.block(BlockTag.LATEST)
        check_chain(self._reader, network, chains, self.block)
        self.authorities, self.left_out = read_authorities(
            self._reader, self._registry, publisher, self.block
        )

    def view(self) -> PublisherView:
        """Return everything that is known of the publisher.

        Raises:
            ChainUnreachableError: The source answers nonsense.
        """
        keys, no_keys = _known(self._signing_keys)
        releases, no_releases = _known(self._counted_releases)
        return PublisherView(
            self.network,
            self.publisher,
            self.block,
            self.authorities,
            self.left_out,
            keys,
            releases,
            no_keys or no_releases,
        )

    def authority(self, index: int) -> Authority | None:
        """Return the authority of an index, wherever it stands, or None where there is none.

        Raises:
            ChainUnreachableError: The source does not answer, or answers nonsense.
        """
        found, _ = read_authorities(self._reader, self._registry, self.publisher, self.block, index)
        return found[0] if found else None

    def signing_key(self, fingerprint: bytes) -> SigningKeyWord | None:
        """Return a signing key's word, or None where the publisher has no such key.

        Raises:
            ChainUnreachableError: The source does not answer, or answers nonsense.
        """
        (word,) = self._words((signing_key_slot(self.publisher, fingerprint),))
        return SigningKeyWord.unpack(word)

    def standing_releases(self, since: int, until: int) -> tuple[Registration, ...]:
        """Return the releases of ``since <= time < until`` that are not revoked for good.

        Raises:
            ChainUnreachableError: The source does not answer, or answers nonsense.
        """
        told = [each for each in self._registrations() if since <= each.registered_at < until]
        words = self._words(tuple(release_slots(each.release_id)[1] for each in told))
        return tuple(
            each
            for each, word in zip(told, map(ReleaseWord.unpack, words), strict=True)
            if word.reason in (Reason.NONE, Reason.SUPERSEDED)
        )

    def _counted_releases(self) -> Counter[int]:
        return Counter(each.authority_index for each in self._registrations())

    def _registrations(self) -> tuple[Registration, ...]:
        wanted = RegistrationFilter(publisher=self.publisher)
        return self._reader.registrations(self._registry, wanted, self.block)

    def _signing_keys(self) -> tuple[SigningKey, ...]:
        told = self._reader.signing_keys(self._registry, self.publisher, self.block)
        slots = tuple(signing_key_slot(self.publisher, each) for each in told)
        words = map(SigningKeyWord.unpack, self._words(slots))
        return tuple(SigningKey(each, word) for each, word in zip(told, words, strict=True) if word)

    def _words(self, slots: tuple[int, ...]) -> tuple[int, ...]:
        return self._reader.words(self._registry, slots, self.block)


def _known(read: Callable[[], _Known]) -> tuple[_Known | None, UnavailableError | None]:
    """Return what is read, or why it cannot be."""
    try:
        return read(), None
    except UnavailableError as error:
        return None, error
