"""A node that mines when it is told to, and a sender to whom things happen while it waits."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_utils.address import to_checksum_address

from tests.answering import answering, posted
from weightmark.adapters.chain.deployment import packaged_registry
from weightmark.adapters.chain.json_rpc import Call, HttpTransport, Refusal
from weightmark.adapters.chain.rpc_reader import RpcChainReader
from weightmark.adapters.chain.rpc_writer import RpcChainWriter
from weightmark.adapters.chain.sending.patience import Patience
from weightmark.domain.actions import Register
from weightmark.domain.networks import ANVIL_CHAIN_ID
from weightmark.domain.statements import Registration, ReleaseStatement
from weightmark.ports.chain import BlockTag, RegistrationFilter

GWEI = 10**9
RICH = 10**20

Event = Callable[[], object]


@dataclass
class Node:
    """Anvil, without mining by itself."""

    url: str
    transport: HttpTransport = field(init=False)

    def __post_init__(self) -> None:
        self.transport = HttpTransport(self.url)

    def call(self, method: str, *parameters: object) -> Any:
        """Return the result of one call."""
        (answer,) = self.transport.request([(method, parameters)])
        assert not isinstance(answer, Refusal), answer
        return answer

    def mine(self) -> None:
        """Mine one block with all that waits and pays enough."""
        self.call("anvil_mine", "0x1")

    def mine_at(self, base_fee: int) -> None:
        """Mine one block with that base fee."""
        self.call("anvil_setNextBlockBaseFeePerGas", hex(base_fee))
        self.mine()

    def waiting(self, account: str) -> list[str]:
        """Return the hashes of an account's transactions that wait."""
        content = self.call("txpool_content")
        return [
            each["hash"]
            for pool in (content["pending"], content["queued"])
            for sender, by_nonce in pool.items()
            if sender.lower() == account.lower()
            for each in by_nonce.values()
        ]

    def drop(self, account: str) -> None:
        """Lose all that an account sent and that waits."""
        for each in self.waiting(account):
            self.call("anvil_dropTransaction", each)

    def sent(self, account: str) -> int:
        """Return how many transactions of an account are in blocks."""
        return int(self.call("eth_getTransactionCount", account, "latest"), 16)

    def registrations(self, publisher: str) -> tuple[Registration, ...]:
        """Return the events of a publisher's registrations."""
        reader = RpcChainReader(self.transport, is_local=True)
        wanted = RegistrationFilter(publisher=publisher)
        block = reader.block(BlockTag.LATEST)
        return reader.registrations(packaged_registry().address, wanted, block)


@dataclass
class Happenings:
    """What happens while a sender waits: one thing each time it would sleep, then blocks."""

    node: Node
    events: list[Event] = field(default_factory=list)
    now: float = 0.0

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        event = self.events.pop(0) if self.events else self.node.mine
        event()


@dataclass
class WatchedTransport:
    """An endpoint, at which something happens before or after a method's first use.

    What it answers to some methods is bent.
    """

    inner: HttpTransport
    before: dict[str, Event] = field(default_factory=dict)
    after: dict[str, Callable[[object], object]] = field(default_factory=dict)
    bends: dict[str, Callable[[object], object]] = field(default_factory=dict)

    @property
    def endpoint(self) -> str:
        return self.inner.endpoint

    def request(self, calls: Sequence[Call], *, idempotent: bool = True) -> list[object]:
        for method, _ in calls:
            if method in self.before:
                self.before.pop(method)()
        answers = self.inner.request(calls, idempotent=idempotent)
        for (method, _), answer in zip(calls, answers, strict=True):
            if answer is not None and method in self.after:
                self.after.pop(method)(answer)
        return [
            self.bends[method](answer) if method in self.bends else answer
            for (method, _), answer in zip(calls, answers, strict=True)
        ]


@contextmanager
def endpoint_that_fails_once(node: Node, method: str, status: int) -> Iterator[str]:
    """Serve what a node says, but a status in place of the first answer to a method."""
    failing = [method]

    def answer(_: str, body: bytes) -> tuple[int, bytes]:
        truth = posted(node.url, body)
        if failing and failing[0].encode() in body:
            failing.clear()
            return status, truth
        return 200, truth

    with answering(answer) as url:
        yield url


class Publisher:
    """An account with coins, and what it sends with."""

    def __init__(self, node: Node, journals: Path) -> None:
        self.node = node
        self.journals = journals
        self.key = secrets.token_bytes(32)
        self.wallet: LocalAccount = Account.from_key(self.key)
        self.account = str(self.wallet.address)
        self.happenings = Happenings(node)
        self.transport = WatchedTransport(node.transport)
        node.call("anvil_setBalance", self.account, hex(RICH))

    def writer(self) -> RpcChainWriter:
        """Open the chain, as a run of a command does."""
        patience = Patience(
            total=60,
            poll=1,
            stuck=3,
            clock=self.happenings.clock,
            sleep=self.happenings.sleep,
        )
        return RpcChainWriter(
            self.transport,
            self.key,
            chain_id=ANVIL_CHAIN_ID,
            journals=self.journals,
            patience=patience,
        )

    def action(self, version: str = "1.0.0") -> Register:
        """Return a registration of a new release."""
        root, manifest = secrets.token_bytes(32), secrets.token_bytes(32)
        return Register(ReleaseStatement(self.account, "acme/digits", version, root, manifest))

    def outbid(self, transaction_hash: str, **changes: object) -> None:
        """Send another transaction with the same nonce and a higher fee, as a wallet does."""
        waits = self.node.call("eth_getTransactionByHash", transaction_hash)
        fields = {
            "type": 2,
            "chainId": ANVIL_CHAIN_ID,
            "nonce": int(waits["nonce"], 16),
            "gas": int(waits["gas"], 16),
            "maxFeePerGas": 2 * int(waits["maxFeePerGas"], 16),
            "maxPriorityFeePerGas": 2 * int(waits["maxPriorityFeePerGas"], 16),
            "to": to_checksum_address(waits["to"]),
            "value": 0,
            "data": waits["input"],
            **changes,
        }
        signed = self.wallet.sign_transaction(fields)
        self.node.call("eth_sendRawTransaction", f"0x{bytes(signed.raw_transaction).hex()}")

    @property
    def first_waiting(self) -> str:
        """The hash of the only transaction that waits."""
        (found,) = self.node.waiting(self.account)
        return found


def assert_registered_once(publisher: Publisher, transactions: int = 1) -> None:
    """Make sure of one registration, by so many transactions, and of nothing left behind."""
    assert len(publisher.node.registrations(publisher.account)) == 1
    assert publisher.node.sent(publisher.account) == transactions
    assert list(publisher.journals.rglob("*.json")) == []
    assert publisher.node.waiting(publisher.account) == []
