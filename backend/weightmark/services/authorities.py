"""The authorities of a publisher: reading them, and finding the one that an account is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from weightmark.domain.identifiers import checksum_address
from weightmark.domain.networks import Network
from weightmark.domain.registry import (
    AuthorityWord,
    Role,
    authority_count_slot,
    authority_slot,
)
from weightmark.domain.times import utc_text
from weightmark.errors import NotAuthorizedError
from weightmark.ports.chain import Block, BlockTag, ChainReader
from weightmark.ports.chains import Chains

# How many authorities are read: index 0, and the newest of the others. Only owners add any.
MAX_AUTHORITIES = 1_000


@dataclass(frozen=True, slots=True)
class Authority:
    """An authority of a publisher, and its index."""

    index: int
    word: AuthorityWord

    @property
    def account(self) -> str:
        """The checksummed address of the account."""
        return checksum_address(self.word.account)

    @property
    def role(self) -> str:
        """The word for what it may do."""
        return self.word.role.name.lower()

    def is_active(self, time: int) -> bool:
        """Whether it may act at a time."""
        return self.word.is_valid_at(time)


def read_authorities(
    reader: ChainReader, registry: str, publisher: str, block: Block
) -> tuple[tuple[Authority, ...], int]:
    """Return a publisher's authorities in the order of their indices, and how many are left out.

    Raises:
        ChainUnreachableError: The source does not answer, or answers nonsense.
    """
    (count,) = reader.words(registry, (authority_count_slot(publisher),), block)
    first = max(1, count - MAX_AUTHORITIES + 2)
    indices = (0, *range(first, count + 1))
    slots = [authority_slot(publisher, index) for index in indices]
    words = reader.words(registry, slots, block)
    found = tuple(
        Authority(index, unpacked)
        for index, word in zip(indices, words, strict=True)
        if (unpacked := AuthorityWord.unpack(word, publisher=publisher, index=index))
    )
    return found, first - 1


def authority_index_of(
    chains: Chains, network: Network, publisher: str, account: str, *, as_owner: bool = False
) -> int:
    """Return under which of a publisher's authorities an account may act now.

    Args:
        chains: Where the chain is opened.
        network: The chain.
        publisher: Whose authority the account has to be.
        account: Who is to act.
        as_owner: Whether a delegate is not enough.

    Raises:
        NotAuthorizedError: It is none of the publisher's, or not any more, or not with that role.
        ChainUnreachableError: The chain does not answer, or answers nonsense.
    """
    reader = chains.reader(network)
    block = reader.block(BlockTag.LATEST)
    found, _ = read_authorities(reader, chains.registry.address, publisher, block)
    return acting(found, publisher, account, block.next_time, as_owner=as_owner).index


def sending(
    authorities: Sequence[Authority],
    publisher: str,
    account: str,
    time: int,
    *,
    index: int | None,
    as_owner: bool,
    must_be_ours: bool,
) -> Authority:
    """Return the authority that an account is; where it is none, the one that is named.

    Args:
        authorities: The publisher's.
        publisher: The publisher's address.
        account: That of the configured key, or empty where there is none.
        time: When it is to act.
        index: Which authority is named; None for that of the account, or else the publisher itself.
        as_owner: Whether a delegate is not enough.
        must_be_ours: Whether the account has to be it, as its key signs.

    Raises:
        NotAuthorizedError: There is none, or it may not act.
    """
    if index is None or must_be_ours:
        able = [each for each in authorities if index in (None, each.index)]
        try:
            return acting(able, publisher, account, time, as_owner=as_owner)
        except NotAuthorizedError:
            if must_be_ours:
                raise
    named = [each for each in authorities if each.index == (index or 0)]
    wallet = named[0].account if named else publisher
    return acting(named, publisher, wallet, time, as_owner=as_owner)


def acting(
    authorities: Sequence[Authority],
    publisher: str,
    account: str,
    time: int,
    *,
    as_owner: bool = False,
) -> Authority:
    """Return the authority as which an account may act at a time: of several the longest one.

    Raises:
        NotAuthorizedError: There is none.
    """
    own = [each for each in authorities if each.account.lower() == account.lower()]
    active = [each for each in own if each.is_active(time)]
    able = [each for each in active if not as_owner or each.word.role is Role.OWNER]
    if able:
        return max(able, key=lambda each: each.word.until)
    raise NotAuthorizedError(
        f"{account} may not do this for the publisher {publisher}: {_why_not(own, active)}",
        hint="choose another key with --key, or ask an owner of the publisher to add this account: "
        f"weightmark publisher add {account} --role {'owner' if as_owner else 'delegate'}",
    )


def _why_not(own: Sequence[Authority], active: Sequence[Authority]) -> str:
    if active:
        return f"it is its authority {active[0].index}, a delegate, which only registers releases"
    if own:
        last = max(own, key=lambda each: each.word.until)
        return f"it is no more its authority {last.index}, since {utc_text(last.word.until)}"
    return "it is none of its authorities"
