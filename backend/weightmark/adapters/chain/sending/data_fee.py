"""What a rollup charges for the data that it puts on Ethereum.

The chains of the OP stack (Base, Optimism and others) have a contract that says it
(https://specs.optimism.io/protocol/predeploys.html#gaspriceoracle). Elsewhere nothing is at its
address, and nothing is charged, or it is in the gas already (Arbitrum).
"""

from __future__ import annotations

from collections.abc import Sequence

from weightmark.adapters.chain.json_rpc import Call, Refusal, Transport
from weightmark.adapters.chain.rpc_values import Answers
from weightmark.adapters.chain.sending.payload import Payload
from weightmark.domain.keccak import keccak256

ORACLE = "0x420000000000000000000000000000000000000F"
_SELECTOR = keccak256(b"getL1Fee(bytes)")[:4]

# What is charged depends on the length and the repetitions of a transaction, hardly on its numbers.
_NONCE, _GAS, _FEE = 2**8, 2**22, 2**30


def data_fee(transport: Transport, chain_id: int, payloads: Sequence[Payload]) -> int | None:
    """Return about what is charged for the data of transactions, in wei; None if nobody tells.

    Raises:
        ChainUnreachableError: The endpoint does not answer, or answers nonsense.
    """
    answers = Answers(transport)
    told = transport.request([_question(chain_id, each) for each in payloads]) if payloads else []
    if any(isinstance(each, Refusal) for each in told):
        return None
    return sum(int.from_bytes(answers.data(each)[:32], "big") for each in told)


def _question(chain_id: int, payload: Payload) -> Call:
    from eth_abi.abi import encode

    data = _SELECTOR + encode(["bytes"], [_unsigned(chain_id, payload)])
    return "eth_call", ({"to": ORACLE, "data": f"0x{data.hex()}"}, "latest")


def _unsigned(chain_id: int, payload: Payload) -> bytes:
    """Return a transaction of EIP-1559 without its signature, which the contract reckons with."""
    import rlp

    to = bytes.fromhex(payload.to[2:])
    fields = [chain_id, _NONCE, _FEE, _FEE, _GAS, to, payload.value, payload.data, []]
    return b"\x02" + bytes(rlp.encode(fields))
