"""Every implementation of the chain's ports, ready for one contract test."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from eth_account import Account

from tests.eth_tester_transport import CHAIN_ID, EthTesterTransport
from tests.fakes.chain import FakeChain
from weightmark.adapters.chain.embedded import EmbeddedChainReader, EmbeddedChainWriter
from weightmark.adapters.chain.json_rpc import HttpTransport, Transport
from weightmark.adapters.chain.rpc_reader import RpcChainReader
from weightmark.adapters.chain.rpc_writer import RpcChainWriter
from weightmark.adapters.chain.sending.patience import Patience
from weightmark.domain.networks import ANVIL_CHAIN_ID, EMBEDDED_CHAIN_ID
from weightmark.ports.chain import ChainReader, ChainWriter

ENOUGH = 10**18


class ChainBackend(Protocol):
    """A chain on which the registry is deployed."""

    @property
    def chain_id(self) -> int:
        """The id that the chain must say it has."""
        ...

    @property
    def reader(self) -> ChainReader:
        """A reader of the chain."""
        ...

    def writer(self) -> ChainWriter:
        """A writer for an account that never sent anything, and can pay."""
        ...


@dataclass
class FakeBackend:
    chain: FakeChain = field(default_factory=lambda: FakeChain(is_local=True))

    @property
    def chain_id(self) -> int:
        return self.chain.id

    @property
    def reader(self) -> ChainReader:
        return self.chain

    def writer(self) -> ChainWriter:
        return self.chain.writer(_address(secrets.token_bytes(32)))


@dataclass
class EmbeddedBackend:
    path: Path
    chain_id: int = EMBEDDED_CHAIN_ID

    @property
    def reader(self) -> ChainReader:
        return EmbeddedChainReader(self.path)

    def writer(self) -> ChainWriter:
        return EmbeddedChainWriter(self.path, secrets.token_bytes(32))


@dataclass
class EthTesterBackend:
    journals: Path
    transport: EthTesterTransport = field(default_factory=EthTesterTransport)
    chain_id: int = CHAIN_ID

    @property
    def reader(self) -> ChainReader:
        return RpcChainReader(self.transport, is_local=True)

    @contextmanager
    def rewound(self) -> Iterator[None]:
        """Take back what happens meanwhile: eth-tester takes long for the logs of many blocks."""
        tester = self.transport.tester
        before = tester.take_snapshot()
        yield
        tester.revert_to_snapshot(before)

    def writer(self) -> ChainWriter:
        key = secrets.token_bytes(32)
        tester = self.transport.tester
        payer = tester.get_accounts()[0]
        gift = {"from": payer, "to": _address(key), "value": ENOUGH, "gas": 21_000}
        tester.send_transaction(gift)
        return _writer(self.transport, key, self)


@dataclass
class AnvilBackend:
    url: str
    journals: Path
    chain_id: int = ANVIL_CHAIN_ID

    @property
    def reader(self) -> ChainReader:
        return RpcChainReader(HttpTransport(self.url), is_local=True)

    def writer(self) -> ChainWriter:
        key, transport = secrets.token_bytes(32), HttpTransport(self.url)
        transport.request([("anvil_setBalance", (_address(key), hex(ENOUGH)))])
        return _writer(transport, key, self)


def _writer(
    transport: Transport, key: bytes, backend: EthTesterBackend | AnvilBackend
) -> RpcChainWriter:
    return RpcChainWriter(
        transport,
        key,
        chain_id=backend.chain_id,
        journals=backend.journals,
        patience=Patience(poll=0.01),
    )


def _address(key: bytes) -> str:
    return str(Account.from_key(key).address)
