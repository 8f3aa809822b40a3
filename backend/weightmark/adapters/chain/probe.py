"""What an endpoint can do, asked over JSON-RPC."""

from __future__ import annotations

from weightmark.adapters.chain.json_rpc import Refusal, Transport
from weightmark.adapters.chain.rpc_values import Answers
from weightmark.adapters.chain.sending.prices import gas_price
from weightmark.domain.fees import GasPrice
from weightmark.ports.chain import Block

_FIRST_SLOT = f"0x{0:064x}"


class EndpointProbe:
    """`NetworkProbe` of one endpoint."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._answers = Answers(transport)

    def gas_price(self) -> GasPrice:
        """Return what gas costs in the next block."""
        return gas_price(self._transport)

    def balance(self, address: str) -> int:
        """Return what an account has, in wei."""
        return self._answers.quantity(self._answers.call("eth_getBalance", address, "latest"))

    def proves(self, address: str, block: Block, depth: int) -> bool:
        """Whether the storage of a contract is proven; the proof itself is not checked."""
        number = hex(block.number - depth)
        call = ("eth_getProof", (address, [_FIRST_SLOT], number))
        (answer,) = self._transport.request([call])
        if answer is None or isinstance(answer, Refusal):
            return False
        proof = self._answers.mapping(answer)
        return bool(proof.get("accountProof")) and bool(proof.get("storageProof"))
