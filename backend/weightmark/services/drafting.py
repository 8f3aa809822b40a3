"""What can be done with a statement before anything is sent.

Its cost can be asked, an authority can sign it for somebody else to submit, and a transaction can
be made of it for a wallet to sign and to send. None of it needs the key of the one who pays.
"""

from __future__ import annotations

from collections.abc import Callable

from weightmark.domain.actions import Authorization, Register, Revoke
from weightmark.domain.networks import Network
from weightmark.domain.signing_requests import SigningRequest
from weightmark.domain.statements import ReleaseStatement, RevocationStatement, Statement
from weightmark.errors import UsageError
from weightmark.ports.chain import Block, BlockTag, ChainDrafter, UnsignedTransaction
from weightmark.ports.chains import Chains
from weightmark.services.authorities import Authority, read_authorities, sending
from weightmark.services.spending import Preview, preview_of

# Gives an account's signature of 32 bytes, or nothing where its key is not at hand.
Sign = Callable[[str, bytes], bytes]


class Drafting:
    """Drafts for one chain.

    Args:
        chains: Where the chain is opened.
        network: The chain.
        account: The address of the configured key, or empty where there is none.
        drafter: Opens the chain for an account.
        sign: Signs with the configured key.
        must_be_ours: Whether the caller named that key, so that nobody else is meant to sign.
    """

    def __init__(
        self,
        chains: Chains,
        network: Network,
        account: str,
        drafter: Callable[[str], ChainDrafter],
        sign: Sign,
        *,
        must_be_ours: bool = False,
    ) -> None:
        self._chains = chains
        self._network = network
        self._account = account
        self._drafter = drafter
        self._sign = sign
        self._must_be_ours = must_be_ours

    def preview(
        self, statement: Statement, index: int | None, max_fee: int | None = None
    ) -> Preview:
        """Return what it costs to carry a statement out with the configured key.

        Without a key, the publisher's own account pays.

        Args:
            statement: What is to be done.
            index: Which of the publisher's authorities pays; None to find out.
            max_fee: The most that it may cost in all, in wei.

        Raises:
            TransactionFailedError: It costs more than that, or than the account has.
            WeightmarkError: It would be refused.
        """
        authority = self._authority(statement, index, must_be_ours=bool(self._account))
        drafter = self._drafter(self._account or authority.account)
        action = _action(statement, authority.index)
        return preview_of(self._network, drafter, action, max_fee)

    def unsigned(
        self, statement: Statement, index: int | None, max_fee: int | None = None
    ) -> UnsignedTransaction:
        """Return the transaction that carries a statement out, for its authority's wallet.

        Args:
            statement: What is to be done.
            index: Which of the publisher's authorities sends it; None to find out.
            max_fee: The most that it may cost in all, in wei.

        Raises:
            TransactionFailedError: It costs more than that.
            WeightmarkError: It would be refused.
        """
        authority = self._authority(statement, index)
        return self._drafter(authority.account).unsigned(
            _action(statement, authority.index), max_fee
        )

    def request(self, statement: Statement, index: int | None, deadline: int) -> SigningRequest:
        """Return a statement for somebody else to submit, signed where the key is at hand.

        Args:
            statement: What is to be done.
            index: Which of the publisher's authorities signs; None to find out.
            deadline: Until when the signature counts, in seconds since 1970.

        Raises:
            UsageError: That is past.
            WeightmarkError: The statement would be refused.
        """
        if deadline <= self._now().timestamp:
            raise UsageError("the deadline is past", hint="--deadline 7d is a week from now")
        authority = self._authority(statement, index)
        # Nothing that would be refused is signed.
        self._drafter(authority.account).cost(_action(statement, authority.index))
        request = SigningRequest(
            chain_id=self._network.chain_id,
            contract=self._chains.registry.address,
            statement=statement,
            authorization=Authorization(authority.account, authority.index, deadline, b""),
        )
        return request.signed(self._sign(authority.account, request.digest))

    def _authority(
        self, statement: Statement, index: int | None, *, must_be_ours: bool = False
    ) -> Authority:
        """Return the authority that the key is of; where it is none, the one that is named."""
        reader, block = self._chains.reader(self._network), self._now()
        publisher, registry = statement.publisher, self._chains.registry.address
        found, left_out = read_authorities(reader, registry, publisher, block, index)
        return sending(
            found,
            publisher,
            self._account,
            block.next_time,
            index=index,
            as_owner=isinstance(statement, RevocationStatement),
            must_be_ours=must_be_ours or self._must_be_ours,
            left_out=left_out,
        )

    def _now(self) -> Block:
        return self._chains.reader(self._network).block(BlockTag.LATEST)


def _action(statement: Statement, index: int) -> Register | Revoke:
    match statement:
        case ReleaseStatement() as release:
            return Register(release, index)
        case RevocationStatement() as revocation:
            return Revoke(revocation, index)
