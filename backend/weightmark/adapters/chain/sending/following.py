"""Following a transaction until a block carries it, or another one has taken its nonce."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import msgspec

from weightmark.adapters.chain.sending.journal import Attempt, Intent, Journal
from weightmark.adapters.chain.sending.node import Node, Outcome, Sight
from weightmark.adapters.chain.sending.offers import Offers
from weightmark.adapters.chain.sending.patience import Patience
from weightmark.adapters.chain.sending.payload import Payload, Signer
from weightmark.adapters.chain.sending.refusals import Reason, reason_of
from weightmark.domain.coins import format_coins
from weightmark.errors import ChainUnreachableError, TransactionFailedError

_AGAIN = "repeat the same command: it looks for this transaction, and sends no second one"


@dataclass(frozen=True, slots=True)
class _Lost:
    """Another transaction, which does something else, has the nonce."""


_Step: TypeAlias = Outcome | _Lost | None


class Following:
    """One intent of an account, followed to its end.

    Args:
        node: Where to look.
        offers: What higher offers are made with.
        signer: What signs them.
        journal: Where they are written down.
        patience: How long to wait.
        payload: What is sent.
        intent: How it was sent so far.
        limit: What may be offered for each gas at most, in wei.
    """

    def __init__(
        self,
        node: Node,
        offers: Offers,
        signer: Signer,
        journal: Journal,
        patience: Patience,
        *,
        payload: Payload,
        intent: Intent,
        limit: int,
    ) -> None:
        self._node = node
        self._offers = offers
        self._signer = signer
        self._journal = journal
        self._patience = patience
        self._payload = payload
        self._intent = intent
        self._limit = limit
        self._offered_at = patience.clock()
        self._offered_in = intent.block

    def wait(self) -> Outcome | None:
        """Return what became of the payload, or None if another transaction took its nonce.

        Raises:
            TransactionFailedError: No block carries it in time, or the node will never take it.
            ChainUnreachableError: The endpoint did not answer at last.
        """
        end = self._patience.clock() + self._patience.total
        while True:
            trouble = None
            try:
                step = self._step()
            except ChainUnreachableError as error:
                step, trouble = None, error
            if step is not None:
                return step if isinstance(step, Outcome) else None
            if self._patience.clock() >= end:
                raise self._late(trouble)
            self._patience.sleep(self._patience.poll)

    def _step(self) -> _Step:
        sight = self._look()
        if sight.outcome:
            return sight.outcome
        if sight.next_nonce > self._intent.nonce:
            return self._of_another()
        if not sight.is_known:
            self._send_again()
        elif self._is_stuck(sight):
            self._offer_more(sight.block)
        return None

    def _look(self) -> Sight:
        return self._node.look([each.hash for each in self._intent.attempts])

    def _of_another(self) -> _Step:
        """Return what the transaction that took the nonce has done."""
        taker = self._node.taker(self._payload, self._intent.nonce, self._intent.block)
        if taker and taker.carries:
            # The owner of the account sent the same, with another fee.
            return self._node.look([taker.hash]).outcome
        # The endpoint may have known of the nonce before it knew of our receipt; or the block went
        # away in between.
        sight = self._look()
        is_taken = sight.next_nonce > self._intent.nonce
        return sight.outcome or (_Lost() if is_taken else None)

    def _send_again(self) -> None:
        if self._intent.newest.max_fee > self._limit:
            raise self._too_dear()
        refusal = self._node.submit(self._intent.newest.transaction)
        if refusal is None:
            return
        match reason_of(refusal):
            case Reason.KNOWN | Reason.NONCE_MINED | Reason.NONCE_PENDING:
                return
            case Reason.UNDERPRICED:
                self._offer_more(self._offered_in)
            case Reason.OTHER:
                # Kept in the journal: the node had it once, and others may have it still.
                raise self._node.refused(refusal)

    def _too_dear(self) -> TransactionFailedError:
        signed = self._intent.gas * self._intent.newest.max_fee
        return TransactionFailedError(
            f"an earlier run signed this to cost at most {format_coins(signed)}, which is more "
            f"than is allowed now; the node has lost that transaction",
            hint=f"allow --max-fee {format_coins(signed)}",
        )

    def _is_stuck(self, sight: Sight) -> bool:
        """Whether it is its turn, and blocks pass without it."""
        return (
            sight.next_nonce == self._intent.nonce
            and sight.block >= self._offered_in + self._patience.stuck_blocks
            and self._patience.clock() >= self._offered_at + self._patience.stuck
        )

    def _offer_more(self, block: int) -> None:
        intent, before = self._intent, self._intent.newest.fees
        fees = before.raised(self._offers.price()).within(self._limit)
        if not fees.replaces(before):
            return
        signed = self._signer.sign(self._payload, nonce=intent.nonce, gas=intent.gas, fees=fees)
        attempt = Attempt(signed, fees.max_fee, fees.priority_fee)
        self._intent = msgspec.structs.replace(intent, attempts=(*intent.attempts, attempt))
        self._offered_at, self._offered_in = self._patience.clock(), block
        self._journal.write(self._payload.key, self._intent)
        # Where it is refused, the one before it still waits; the next look tells.
        self._node.submit(signed)

    def _late(self, trouble: ChainUnreachableError | None) -> Exception:
        if trouble:
            return may_be_sent(trouble, self._intent)
        return not_yet(self._intent.newest.hash, self._patience.total)


def may_be_sent(trouble: ChainUnreachableError, intent: Intent) -> ChainUnreachableError:
    """Return the error for an endpoint that fails while a transaction is on its way."""
    return ChainUnreachableError(
        f"{trouble.message}; the transaction 0x{intent.newest.hash.hex()} may have been sent",
        hint=_AGAIN,
    )


def not_yet(transaction_hash: bytes, seconds: float) -> TransactionFailedError:
    """Return the error for a transaction that still waits."""
    return TransactionFailedError(
        f"after {seconds:g} seconds no block carries the transaction "
        f"0x{transaction_hash.hex()} yet",
        hint=_AGAIN,
    )
