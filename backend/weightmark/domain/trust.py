"""Who is trusted: publishers by chain and address, under nicknames of one's own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from weightmark.errors import ValueFormatError

OWN_NICKNAME = "me"


@dataclass(frozen=True, slots=True)
class TrustedPublisher:
    """One entry of the trust file. Trust is always in an address on one chain."""

    nickname: str
    chain_id: int
    address: str
    note: str = ""
    added: str = ""


@dataclass(frozen=True, slots=True)
class TrustList:
    """All entries of a trust file."""

    publishers: tuple[TrustedPublisher, ...] = ()

    def find(self, chain_id: int, address: str) -> TrustedPublisher | None:
        """Return the entry for an address on a chain, if it is trusted."""
        matches = (
            each for each in self.publishers if (each.chain_id, each.address) == (chain_id, address)
        )
        return next(matches, None)

    def chains_of(self, address: str) -> tuple[int, ...]:
        """Return the ids of the chains on which an address is trusted."""
        return tuple(each.chain_id for each in self.publishers if each.address == address)

    def named(self, nickname: str, chain_id: int | None = None) -> TrustedPublisher:
        """Return the one entry of a nickname, on a chain if one is given.

        Raises:
            ValueFormatError: There is no such entry, or there are several.
        """
        matches = [
            each
            for each in self.publishers
            if each.nickname == nickname and chain_id in (None, each.chain_id)
        ]
        if len(matches) == 1:
            return matches[0]
        if matches:
            chains = ", ".join(str(each.chain_id) for each in matches)
            raise ValueFormatError(
                f"'{nickname}' is trusted on several chains: {chains}",
                hint=f"name the chain: {matches[0].chain_id}:{nickname}/…, or use --network",
            )
        raise ValueFormatError(
            f"no trusted publisher is called '{nickname}'" + _on_chain(chain_id),
            hint=_suggestion(nickname, self.publishers),
        )


def _on_chain(chain_id: int | None) -> str:
    return "" if chain_id is None else f" on chain {chain_id}"


def _suggestion(nickname: str, publishers: Iterable[TrustedPublisher]) -> str:
    if nickname != OWN_NICKNAME and any(each.nickname == OWN_NICKNAME for each in publishers):
        return f"for a model of your own write me/{nickname}/…; see 'weightmark trust list'"
    return f"add one: weightmark trust add {nickname} CHAIN:0xADDRESS"
