"""Chains of whose answers some are replaced, and accounts that send to them."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from eth_account import Account

from weightmark.adapters.chain.json_rpc import Call, Refusal, Transport
from weightmark.adapters.chain.rpc_writer import RpcChainWriter
from weightmark.adapters.chain.sending.patience import Patience
from weightmark.domain.networks import ANVIL_CHAIN_ID
from weightmark.domain.statements import ReleaseStatement

KEY = bytes(31) + b"\x01"

QUICK = Patience(poll=0.01)

Bend = Callable[[object], object]


@dataclass
class BentTransport:
    """A chain, of whose answers some are replaced."""

    inner: Transport
    bends: dict[str, Bend] = field(default_factory=dict)
    sent: list[bool] = field(default_factory=list)
    endpoint: str = "https://rpc.example"

    def request(self, calls: Sequence[Call], *, idempotent: bool = True) -> list[object]:
        self.sent.extend(idempotent for method, _ in calls if method == "eth_sendRawTransaction")
        answers = self.inner.request(calls)
        pairs = zip(calls, answers, strict=True)
        return [
            self.bends[method](answer) if method in self.bends else answer
            for (method, _), answer in pairs
        ]


def writer_on(
    transport: Transport,
    chain_id: int,
    *,
    key: bytes = KEY,
    patience: Patience = QUICK,
    journals: Path | None = None,
) -> RpcChainWriter:
    folder = journals or Path(mkdtemp())
    return RpcChainWriter(transport, key, chain_id=chain_id, journals=folder, patience=patience)


def a_release(writer: RpcChainWriter) -> ReleaseStatement:
    version = secrets.token_hex(8)
    return ReleaseStatement(writer.account, "acme/digits", version, bytes(32), bytes(32))


def anvil_call(transport: Transport, method: str, *parameters: Any) -> object:
    (answer,) = transport.request([(method, parameters)])
    assert not isinstance(answer, Refusal)
    return answer


def a_rich_writer(anvil: Transport) -> RpcChainWriter:
    key = secrets.token_bytes(32)
    anvil_call(anvil, "anvil_setBalance", Account.from_key(key).address, hex(10**19))
    return writer_on(anvil, ANVIL_CHAIN_ID, key=key)
