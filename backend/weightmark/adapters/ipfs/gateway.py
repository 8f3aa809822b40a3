"""Trustless gateways, which serve blocks over HTTP, and of which nothing is believed.

Source: https://specs.ipfs.tech/http-gateways/trustless-gateway.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from weightmark.adapters.ipfs.http import HttpService, Request
from weightmark.domain.content_address import check_block, cid_text
from weightmark.domain.ipfs.car_stream import read_blocks
from weightmark.domain.ipfs.dag_pb import MAX_BLOCK_SIZE
from weightmark.errors import ContentError, ContentUnavailableError

if TYPE_CHECKING:
    from weightmark.adapters.ipfs.http import Answer

RAW: Final = "application/vnd.ipld.raw"
CAR: Final = "application/vnd.ipld.car"

# The longest that a block can take, in seconds: all that are on their way share one connection to
# the network, which may be slow, and whoever else has the block is asked long before.
BLOCK_SECONDS = 300.0
SILENCE_SECONDS = 20.0
# How often a gateway that has too much to do is asked again, and how long it is left alone at most.
MAX_PAUSES = 3
MAX_PAUSE_SECONDS = 10.0
# The least rate of a stream, in bytes for each second: who is slower is left. A gateway may have to
# find the blocks first, and so the seconds at its beginning do not count.
STREAM_RATE = 64 * 2**10
FINDING_SECONDS = 60.0

# What a gateway answers that does not have a block, or may not give it.
_ABSENT = frozenset(
    (HTTPStatus.NOT_FOUND, HTTPStatus.GONE, HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS)
)


class Gateway:
    """A gateway that is asked by path: ``URL/ipfs/CID``.

    Args:
        url: What stands before ``/ipfs/``, or ends with it.
        sleep: Waits for so many seconds.

    Raises:
        ConfigurationError: The URL is not one of HTTP, or holds a password or a query.
    """

    def __init__(self, url: str, *, sleep: Callable[[float], object] = time.sleep) -> None:
        self._sleep = sleep
        self._service = HttpService(
            url.rstrip("/").removesuffix("/ipfs"),
            what="the gateway",
            hint="leave it out, or choose another one with --gateway URL",
        )

    @property
    def name(self) -> str:
        """Scheme, host and port of its URL."""
        return self._service.name

    def get(self, cid: bytes) -> bytes:
        """Return a block, once it was checked against its CID; from any thread.

        Raises:
            ContentUnavailableError: It is not there.
            IpfsServiceError: The gateway is out of reach, or refuses.
            ContentError: What it gives is something else, or larger than any block.
        """
        request = Request(
            path=f"/ipfs/{cid_text(cid)}",
            query={"format": "raw"},
            headers={"accept": RAW},
            limit=2 * MAX_BLOCK_SIZE,
            seconds=BLOCK_SECONDS,
            silence=SILENCE_SECONDS,
        )
        block = self._attempt(request, cid)
        for _ in range(MAX_PAUSES):
            if isinstance(block, bytes):
                break
            self._sleep(min(block, MAX_PAUSE_SECONDS))
            block = self._attempt(request, cid)
        if not isinstance(block, bytes):
            raise self._service.error("it is asked too much, and wants to be left alone")
        check_block(cid, block)
        return block

    def _attempt(self, request: Request, cid: bytes) -> bytes | float:
        """Return what is given for a block, or how long to wait before asking again."""
        with self._service.exchange(request) as answer:
            if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
                return answer.retry_after or MAX_PAUSE_SECONDS
            self._check_status(answer, cid)
            return self._read(answer)

    def stream(self, root: bytes, limit: int) -> Iterator[tuple[bytes, bytes]]:
        """Give the CIDs and blocks below a root, each once it was checked; from any thread.

        Raises:
            ContentUnavailableError: It is not there.
            IpfsServiceError: The gateway is out of reach, refuses, or sends no CAR files.
            ContentError: What it sends is something else.
        """
        request = Request(
            path=f"/ipfs/{cid_text(root)}",
            query={"format": "car", "dag-scope": "all"},
            headers={"accept": f"{CAR}; version=1; order=dfs; dups=n"},
            limit=limit,
            seconds=FINDING_SECONDS + limit / STREAM_RATE,
            silence=SILENCE_SECONDS,
        )
        with self._service.exchange(request) as answer:
            self._check_status(answer, root)
            if answer.kind != CAR:
                raise self._service.error("it sends no CAR files")
            yield from read_blocks(root, self._at_rate(answer.pieces()))

    def _at_rate(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """Give pieces as long as they come fast enough: a stream may be long, and others wait."""
        begun = time.monotonic()
        received = 0
        for piece in pieces:
            received += len(piece)
            if received < STREAM_RATE * (time.monotonic() - begun - FINDING_SECONDS):
                raise self._service.error(f"it sends less than {STREAM_RATE} bytes per second")
            yield piece

    def _check_status(self, answer: Answer, cid: bytes) -> None:
        if answer.status in _ABSENT:
            raise ContentUnavailableError(f"{self.name} does not have the block {cid_text(cid)}")
        if HTTPStatus.MULTIPLE_CHOICES <= answer.status < HTTPStatus.BAD_REQUEST:
            raise self._service.error(
                f"it sends us elsewhere with HTTP status {answer.status}",
                hint="name the address of the gateway that it leads to, by path and not by name",
            )
        if answer.status != HTTPStatus.OK:
            raise self._service.error(f"it answered with HTTP status {answer.status}")

    def _read(self, answer: Answer) -> bytes:
        if answer.kind != RAW:
            kind = self._service.shown(answer.kind) or "nothing that is named"
            raise ContentError(f"{self.name} answers with {kind}, and not with a block")
        block = bytearray()
        for piece in answer.pieces():
            block += piece
            if len(block) > MAX_BLOCK_SIZE:
                raise ContentError(
                    f"{self.name} gives more than {MAX_BLOCK_SIZE} bytes for a block"
                )
        return bytes(block)
