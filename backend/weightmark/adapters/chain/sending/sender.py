"""Sending a payload so that it is carried out once.

1. Take up the transaction of an earlier run that did not see how it ended.
2. Otherwise make an offer; what the contract would refuse ends here, before anything is spent.
3. Give out the next nonce, write down what is signed, and send it, under the account's lock.
4. Wait for a block, without the lock. Send again what was lost, and offer more for what is stuck.
5. Where another transaction took the nonce, look whether it did the same; otherwise begin again.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from weightmark.adapters.chain.json_rpc import Refusal
from weightmark.adapters.chain.sending.following import Following, may_be_sent, not_yet
from weightmark.adapters.chain.sending.journal import Attempt, Intent, Journal
from weightmark.adapters.chain.sending.node import Node, reverted
from weightmark.adapters.chain.sending.offers import Bound, Offer, Offers, limit_of
from weightmark.adapters.chain.sending.patience import Patience
from weightmark.adapters.chain.sending.payload import Payload, Signer
from weightmark.adapters.chain.sending.refusals import Reason, reason_of
from weightmark.domain.keccak import keccak256
from weightmark.errors import ChainUnreachableError, TransactionFailedError
from weightmark.ports.chain import TransactionReceipt

# How often a nonce, or a fee, is tried when the node says that it is not the right one.
_TRIES = 8


class Sender:
    """Sends the payloads of one account to one chain.

    Args:
        node: The chain's endpoint.
        offers: What offers are made with.
        signer: What signs them.
        folder: Where the account's journal is kept.
        patience: How long to wait.
    """

    def __init__(
        self, node: Node, offers: Offers, signer: Signer, folder: Path, patience: Patience
    ) -> None:
        self._node = node
        self._offers = offers
        self._signer = signer
        self._folder = folder
        self._patience = patience

    def send(self, payload: Payload, bound: Bound | None = None) -> TransactionReceipt:
        """Send a payload, and wait for its block.

        Args:
            payload: What to send.
            bound: What it may ever cost.

        Raises:
            WrongChainError: The endpoint serves another chain.
            TransactionFailedError: It costs too much, or no block carries it in time.
            ChainUnreachableError: The endpoint does not answer, or answers nonsense.
            WeightmarkError: The contract refuses it.
        """
        self._node.check_chain(self._signer.chain_id)
        for _ in range(_TRIES):
            intent = self._taken_up(payload) or self._begun(payload, bound)
            outcome = self._following(payload, intent, bound).wait()
            self._journal.forget(payload.key)
            if outcome:
                if not outcome.succeeded:
                    raise self._node.failure(payload, outcome.receipt)
                return outcome.receipt
        raise self._crowded_out()

    def relay(self, transaction: bytes) -> TransactionReceipt:
        """Send what somebody else signed, and wait for its block.

        Raises:
            TransactionFailedError: The node refuses it, no block carries it in time, or it is
                reverted.
        """
        patience, name = self._patience, keccak256(transaction)
        refusal = self._node.submit(transaction)
        outcome = self._node.look([name]).outcome
        if refusal and not outcome and reason_of(refusal) is not Reason.KNOWN:
            # It is as it is: nobody can sign it anew, with another fee or nonce.
            raise self._node.not_relayed(refusal)
        end = patience.clock() + patience.total
        while not outcome:
            if patience.clock() >= end:
                raise not_yet(name, patience.total)
            patience.sleep(patience.poll)
            outcome = self._node.look([name]).outcome
        if not outcome.succeeded:
            raise reverted(outcome.receipt)
        return outcome.receipt

    @cached_property
    def _journal(self) -> Journal:
        return Journal(self._folder, self._node.genesis_hash())

    def _following(self, payload: Payload, intent: Intent, bound: Bound | None) -> Following:
        limit = limit_of(intent.gas, bound)
        tools = (self._node, self._offers, self._signer, self._journal, self._patience)
        return Following(*tools, payload=payload, intent=intent, limit=limit)

    def _taken_up(self, payload: Payload) -> Intent | None:
        """Return what an earlier run left behind, unless it is lost for good."""
        kept = self._journal.find(payload.key)
        if kept is None:
            return None
        sight = self._node.look([each.hash for each in kept.attempts])
        if sight.is_known or sight.outcome or kept.nonce <= self._node.pending_nonce():
            return kept
        # Transactions that came before it were lost with it: its turn would never come.
        self._journal.forget(payload.key)
        return None

    def _begun(self, payload: Payload, bound: Bound | None) -> Intent:
        offer = self._offers.offer(payload, bound)
        with self._journal.locked():
            # Another run of the same command may have been faster.
            if kept := self._journal.find(payload.key):
                return kept
            for _ in range(_TRIES):
                intent = self._intent(payload, offer)
                self._journal.write(payload.key, intent)
                refusal = self._submitted(intent)
                if refusal is None:
                    return intent
                self._journal.forget(payload.key)
                offer = self._another(offer, refusal)
        raise self._crowded_out()

    def _intent(self, payload: Payload, offer: Offer) -> Intent:
        block, nonce = self._node.newest_block(), self._node.pending_nonce()
        signed = self._signer.sign(payload, nonce=nonce, gas=offer.gas, fees=offer.fees)
        attempt = Attempt(signed, offer.fees.max_fee, offer.fees.priority_fee)
        return Intent(nonce, offer.gas, block, (attempt,))

    def _submitted(self, intent: Intent) -> Refusal | None:
        """Return why the node does not take a transaction; None where it may have taken it.

        An answer may have been lost before the node was asked again, and refused what it had taken.
        Behind one endpoint may be several nodes, and the next one need not know of it yet: what has
        the nonce, a look at the block that used it tells.
        """
        sent = intent.newest
        try:
            refusal = self._node.submit(sent.transaction)
            if refusal is None or reason_of(refusal) in (Reason.KNOWN, Reason.NONCE_MINED):
                return None
            return None if self._node.look([sent.hash]).is_known else refusal
        except ChainUnreachableError as error:
            raise may_be_sent(error, intent) from error

    def _another(self, offer: Offer, refusal: Refusal) -> Offer:
        """Return what may be taken, where an offer was not."""
        match reason_of(refusal):
            case Reason.UNDERPRICED:
                return self._offers.raised(offer)
            case Reason.NONCE_PENDING | Reason.NONCE_MINED | Reason.KNOWN:
                # The node is behind with its count.
                self._patience.sleep(self._patience.poll)
                return offer
            case Reason.OTHER:
                raise self._node.refused(refusal)

    def _crowded_out(self) -> TransactionFailedError:
        return TransactionFailedError(
            f"other transactions of {self._signer.account} keep taking the place of this one",
            hint="end whatever else sends with this key, and try again",
        )
