"""Values in an endpoint's answers, parsed strictly."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from weightmark.adapters.chain.json_rpc import Call, Refusal, Transport
from weightmark.errors import ChainUnreachableError
from weightmark.ports.chain import Block

_QUANTITY = re.compile(r"0x(0|[1-9a-fA-F][0-9a-fA-F]{0,63})")
_DATA = re.compile(r"0x((?:[0-9a-fA-F]{2})*)")
# Some clients answer with a whole word, some without its leading zeros.
_WORD = re.compile(r"0x[0-9a-fA-F]{1,64}")
_SHOWN_CHARACTERS = 80


@dataclass(frozen=True, slots=True)
class Answers:
    """Calls an endpoint, and reads what it answers.

    Every method raises `ChainUnreachableError` where the answer is not of its kind.
    """

    transport: Transport

    def call(self, method: str, *parameters: object) -> object:
        """Return the result of one call."""
        return self.calls([(method, parameters)])[0]

    def calls(self, calls: list[Call]) -> list[object]:
        """Return the results of several calls, in that order."""
        answers = self.transport.request(calls)
        for (method, _), answer in zip(calls, answers, strict=True):
            if isinstance(answer, Refusal):
                raise ChainUnreachableError(
                    f"the endpoint {self.transport.endpoint} refused {method}: {answer.message}",
                    hint="choose another endpoint with --rpc-url",
                )
        return answers

    def quantity(self, value: object) -> int:
        """Read a number."""
        if isinstance(value, str) and _QUANTITY.fullmatch(value):
            return int(value, 16)
        raise self.nonsense(value)

    def count(self, value: object) -> int:
        """Read a nonce, or the number of a block: neither has more than 64 bits (EIP-2681)."""
        if (found := self.quantity(value)) < 2**64:
            return found
        raise self.nonsense(value)

    def data(self, value: object, size: int | None = None) -> bytes:
        """Read bytes, of exactly ``size`` where it is given."""
        match = _DATA.fullmatch(value) if isinstance(value, str) else None
        if match is None or size not in (None, len(match[1]) // 2):
            raise self.nonsense(value)
        return bytes.fromhex(match[1])

    def word(self, value: object) -> int:
        """Read a storage word."""
        if isinstance(value, str) and _WORD.fullmatch(value):
            return int(value, 16)
        raise self.nonsense(value)

    def mapping(self, value: object) -> Mapping[str, object]:
        """Read an object."""
        if isinstance(value, dict):
            return value
        raise self.nonsense(value)

    def block(self, value: object) -> Block:
        """Read a block, or its header."""
        fields = self.mapping(value)
        return Block(
            number=self.quantity(fields.get("number")),
            hash=self.data(fields.get("hash"), 32),
            timestamp=self.quantity(fields.get("timestamp")),
        )

    def nonsense(self, value: object) -> ChainUnreachableError:
        """Return the error for an answer that means nothing."""
        shown = repr(value)[:_SHOWN_CHARACTERS]
        return ChainUnreachableError(
            f"the endpoint {self.transport.endpoint} answered with something that cannot be "
            f"understood: {shown}",
            hint="choose another endpoint with --rpc-url",
        )
