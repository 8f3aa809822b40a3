"""eth-tester's chain in memory, behind web3.py's provider, as a transport of JSON-RPC."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from eth_tester import EthereumTester
from eth_tester.exceptions import TransactionFailed
from web3 import Web3
from web3.providers.eth_tester import EthereumTesterProvider

from weightmark.adapters.chain.json_rpc import Call, Refusal

# From web3.py's API_ENDPOINTS.
CHAIN_ID = 131277322940537


class EthTesterTransport:
    """Carries calls to a fresh chain."""

    def __init__(self) -> None:
        self.provider = EthereumTesterProvider()
        self.web3 = Web3(self.provider, middleware=[])
        self._request = self.provider.request_func(self.web3, self.web3.middleware_onion)

    @property
    def endpoint(self) -> str:
        return "eth-tester"

    @property
    def tester(self) -> EthereumTester:
        """The chain itself."""
        tester = self.provider.ethereum_tester
        assert tester is not None
        return tester

    def request(self, calls: Sequence[Call], *, idempotent: bool = True) -> list[object]:
        with _untraced():
            return [self._answer(method, list(parameters)) for method, parameters in calls]

    def _answer(self, method: str, parameters: list[Any]) -> object:
        if method in ("eth_getStorageAt", "eth_getCode"):
            # eth-tester does not know EIP-1898.
            parameters[-1] = self._number_of(parameters[-1]["blockHash"])
        try:
            response = self._request(method, parameters)
        except TransactionFailed as error:
            return Refusal(str(error), _revert_data(error))
        if "error" in response:
            return Refusal(str(response["error"]))
        answer = _as_json(response["result"])
        if method == "eth_getBlockByNumber" and parameters[1]:
            # What others call the input of a transaction, eth-tester calls its data.
            answer["transactions"] = [
                {**each, "input": each["data"]} for each in answer["transactions"]
            ]
        return answer

    def _number_of(self, block_hash: str) -> int:
        block = self._request("eth_getBlockByHash", [block_hash, False])
        number: int = block["result"]["number"]
        return number


@contextmanager
def _untraced() -> Iterator[None]:
    """Hide from coverage what is none of ours: it looks at every instruction of py-evm."""
    tracer = sys.gettrace()
    sys.settrace(None)
    try:
        yield
    finally:
        sys.settrace(tracer)


def _revert_data(error: BaseException) -> object:
    # web3.py puts a text around what eth-tester raised, and eth-tester around what py-evm raised.
    context: BaseException | None = error
    while context is not None:
        for argument in (*context.args, *(getattr(each, "args", ()) for each in context.args)):
            found = argument[0] if isinstance(argument, tuple) and argument else argument
            if isinstance(found, bytes):
                return f"0x{found.hex()}"
        context = context.__context__
    return None


def _as_json(value: Any) -> Any:
    match value:
        case bool() | str() | float() | None:
            return value
        case int():
            return hex(value)
        case bytes():
            return f"0x{value.hex()}"
        case dict():
            return {key: _as_json(each) for key, each in value.items()}
        case _:
            return [_as_json(each) for each in value]
