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
    reader: ChainReader, registry: str, publisher: str, block: Block, index: int | None = None
) -> tuple[tuple[Authority, ...], int]:
    """Return a publisher's authorities in the order of their indices, and how many are left out.

    Args:
        reader: The chain.
        registry: The registry's address.
        publisher: The publisher's address.
        block: At which block.
        index: Which authority is named, and is read alone, wherever it stands; None for all.

    Raises:
        ChainUnreachableError: The source does not answer, or answers nonsense.
    """
    if index is None:
        (count,) = reader.words(registry, (authority_count_slot(publisher),), block)
        first = max(1, count - MAX_AUTHORITIES + 2)
        indices: tuple[int, ...] = (0, *range(first, count + 1))
    else:
        first, indices = 1, (index,)
    slots = [authority_slot(publisher, each) for each in indices]
    words = reader.words(registry, slots, block)
    found = tuple(
        Authority(each, unpacked)
        for each, word in zip(indices, words, strict=True)
        if (unpacked := AuthorityWord.unpack(word, publisher=publisher, index=each))
    )
    return found, first - 1


def left_out_text(left_out: int) -> str:
    """Return what is added to a statement about all authorities, where not all were read."""
    return f" (authorities 1 to {left_out} were not looked at)" if left_out else ""


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
    found, left_out = read_authorities(reader, chains.registry.address, publisher, block)
    able = acting(found, publisher, account, block.next_time, as_owner=as_owner, left_out=left_out)
    return able.index


def sending(
    authorities: Sequence[Authority],
    publisher: str,
    account: str,
    time: int,
    *,
    index: int | None,
    as_owner: bool,
    must_be_ours: bool,
    left_out: int = 0,
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
        left_out: How many authorities were not read.

    Raises:
        NotAuthorizedError: There is none, or it may not act.
    """
    if index is None:
        try:
            return acting(
                authorities, publisher, account, time, as_owner=as_owner, left_out=left_out
            )
        except NotAuthorizedError:
            if must_be_ours:
                raise
    named = _named(authorities, publisher, index or 0)
    if must_be_ours and named.account.lower() != account.lower():
        raise NotAuthorizedError(
            f"authority {index} of the publisher {publisher} is {named.account}, not {account}",
            hint="choose its key with --key; without --authority, it is found out which one a key "
            "is",
        )
    return acting([named], publisher, named.account, time, as_owner=as_owner)


def acting(
    authorities: Sequence[Authority],
    publisher: str,
    account: str,
    time: int,
    *,
    as_owner: bool = False,
    left_out: int = 0,
) -> Authority:
    """Return the authority as which an account may act at a time: of several the longest one.

    Raises:
        NotAuthorizedError: There is none, among those that were read.
    """
    own = [each for each in authorities if each.account.lower() == account.lower()]
    active = [each for each in own if each.is_active(time)]
    able = [each for each in active if not as_owner or each.word.role is Role.OWNER]
    if able:
        return max(able, key=lambda each: each.word.until)
    named = "name the one that it is with --authority, " if left_out else ""
    raise NotAuthorizedError(
        f"{account} may not do this for the publisher {publisher}: {_why_not(own, active)}"
        f"{left_out_text(left_out)}",
        hint=f"{named}choose another key with --key, or ask an owner of the publisher to add this "
        f"account: weightmark publisher add {account} --role "
        f"{'owner' if as_owner else 'delegate'}",
    )


def _named(authorities: Sequence[Authority], publisher: str, index: int) -> Authority:
    for each in authorities:
        if each.index == index:
            return each
    raise NotAuthorizedError(
        f"the publisher {publisher} has no authority {index}",
        hint="'weightmark publisher show' lists them; without --authority, it is found out which "
        "one a key is",
    )


def _why_not(own: Sequence[Authority], active: Sequence[Authority]) -> str:
    if active:
        return f"it is its authority {active[0].index}, a delegate, which only registers releases"
    if own:
        last = max(own, key=lambda each: each.word.until)
        return f"it is no more its authority {last.index}, since {utc_text(last.word.until)}"
    return "it is none of its authorities"
