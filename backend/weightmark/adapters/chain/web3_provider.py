"""web3.py over our own transport, with its bounds and errors.

Importing this module takes more than a second; only a writer does.
"""

from __future__ import annotations

from typing import cast

from web3.providers.base import BaseProvider
from web3.types import RPCEndpoint, RPCResponse

from weightmark.adapters.chain.json_rpc import Refusal, Transport

_SENDING = "eth_sendRawTransaction"


class TransportProvider(BaseProvider):
    """Hands web3.py's requests to a transport; only reading is ever repeated."""

    def __init__(self, transport: Transport) -> None:
        super().__init__()
        self._transport = transport

    def make_request(self, method: RPCEndpoint, params: object) -> RPCResponse:
        """Carry out one request."""
        call = (str(method), list(cast("list[object]", params)))
        (answer,) = self._transport.request([call], idempotent=method != _SENDING)
        if isinstance(answer, Refusal):
            error = {"code": -32000, "message": answer.message, "data": answer.data}
            return cast("RPCResponse", {"jsonrpc": "2.0", "id": 1, "error": error})
        return cast("RPCResponse", {"jsonrpc": "2.0", "id": 1, "result": answer})
