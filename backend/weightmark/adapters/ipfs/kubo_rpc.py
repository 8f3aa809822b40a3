"""The part of Kubo's RPC that we use: commands by POST, answers in JSON, refusals with status 500.

Source: https://docs.ipfs.tech/reference/kubo/rpc/.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Final, TypeVar

from weightmark.adapters.ipfs.http import MAX_DOCUMENT_BYTES, Answer, HttpService, Request
from weightmark.domain.content_address import cid_text
from weightmark.domain.ipfs.dag_pb import MAX_BLOCK_SIZE

# Where a node's RPC is unless its configuration says otherwise.
USUAL_URL: Final = "http://127.0.0.1:5001"
AUTHORIZATION_VARIABLE: Final = "WEIGHTMARK_IPFS_KUBO_AUTHORIZATION"

# The first release whose pins have names.
OLDEST: Final = (0, 26)
# Of a pin's name; Kubo refuses longer ones.
MAX_NAME_BYTES: Final = 255
# To send some blocks, and have them stored: a node that writes thousands of them to a slow disk, or
# collects its garbage, is silent until it has.
STORE_SECONDS: Final = 300.0
# To read all that is below a root, and to say twice a second how far that is.
PIN_SECONDS: Final = 24 * 3600.0
MAX_PIN_BYTES: Final = 32 * 2**20

# In what Kubo says of a block that it does not hold, and of a root that it does not keep.
_ABSENT = "could not find"
_UNPINNED = "is not pinned"

Document = dict[str, object]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Refusal:
    """What the node says, instead of an answer."""

    message: str


class KuboRpc:
    """A node's RPC, for any number of threads.

    Args:
        url: Where it is, without ``/api/v0``.
        authorization: The ``Authorization`` header that the node asks for, if it does.

    Raises:
        ConfigurationError: They cannot be used: see `HttpService`.
    """

    def __init__(self, url: str, authorization: str = "") -> None:
        self._service = HttpService(
            url,
            what="the Kubo node",
            hint="start it with 'ipfs daemon', or name another one: WEIGHTMARK_IPFS_KUBO_URL",
            authorization=authorization,
        )

    @property
    def name(self) -> str:
        """What messages call it."""
        return self._service.name

    def version(self) -> str:
        """Return the node's version, which is one that we can work with.

        Raises:
            IpfsServiceError: It is too old, or the node is out of reach, or none of Kubo's.
        """
        version = str(self._document(_request("version", {})).get("Version"))
        found = re.match(r"([0-9]{1,9})\.([0-9]{1,9})", version)
        if not found:
            raise self._service.error("it does not say which version of Kubo it is")
        if (int(found[1]), int(found[2])) < OLDEST:
            oldest = ".".join(map(str, OLDEST))
            raise self._service.error(
                f"it is Kubo {self._service.shown(version)}, and {oldest} or newer is needed",
                hint="update it",
            )
        return self._service.shown(version)

    def addresses(self) -> tuple[str, ...]:
        """Return the multiaddresses under which the node says that others reach it.

        Raises:
            IpfsServiceError: The node is out of reach, or refuses.
        """
        found = self._document(_request("id", {})).get("Addresses")
        return tuple(map(str, found)) if isinstance(found, list) else ()

    def block(self, cid: bytes) -> bytes | None:
        """Return a block that the node holds, unchecked, or None.

        Raises:
            IpfsServiceError: The node is out of reach, or refuses.
        """
        return self._unless(_ABSENT, _held("block/get", cid, MAX_BLOCK_SIZE), Answer.body)

    def size(self, cid: bytes) -> int | None:
        """Return the length of a block that the node holds, or None.

        Raises:
            IpfsServiceError: The node is out of reach, or refuses.
        """
        found = self._unless(_ABSENT, _held("block/stat", cid), self._read)
        if found is None:
            return None
        size = found.get("Size")
        if not isinstance(size, int) or not 0 <= size <= MAX_BLOCK_SIZE:
            raise self._service.error("it does not say how long a block is")
        return size

    def store(self, car: bytes, count: int) -> None:
        """Have the node store the blocks of a CAR file, before it answers.

        Args:
            car: The file.
            count: How many blocks it has.

        Raises:
            IpfsServiceError: The node is out of reach, refuses, or stored another number.
        """
        query = {"pin-roots": "false", "stats": "true", "fast-provide-root": "false"}
        stats = self._document(_with_file(_request("dag/import", query), car)).get("Stats")
        if not isinstance(stats, dict) or stats.get("BlockCount") != count:
            raise self._service.error(f"it was sent {count} blocks, and stored another number")

    def is_pinned(self, root: bytes) -> bool:
        """Whether the node keeps a root with all that is below it.

        Raises:
            IpfsServiceError: The node is out of reach, or refuses.
        """
        query = {"arg": cid_text(root), "type": "recursive"}
        found = self._unless(_UNPINNED, _request("pin/ls", query), self._read)
        keys = found and found.get("Keys")
        return isinstance(keys, dict) and cid_text(root) in keys

    def pin(self, root: bytes, name: str) -> None:
        """Have the node keep a root with all that is below it, which it holds.

        Raises:
            IpfsServiceError: The node is out of reach, refuses, or does not keep it after all.
        """
        query = {
            "arg": cid_text(root),
            "name": name.encode()[:MAX_NAME_BYTES].decode(errors="ignore"),
            "offline": "true",
            "progress": "true",
        }
        # It fails as well by ending early, with the reason where HTTP's clients do not look for it.
        request = replace(_request("pin/add", query, MAX_PIN_BYTES), seconds=PIN_SECONDS)
        self._accepted(self._ask(request, Answer.body))
        if not self.is_pinned(root):
            raise self._service.error(
                f"it did not pin {cid_text(root)}",
                hint="'ipfs repo verify' tells whether what it holds is damaged",
            )

    def _document(self, request: Request) -> Document:
        return self._accepted(self._ask(request, self._read))

    def _unless(self, refusal: str, request: Request, read: Callable[[Answer], T]) -> T | None:
        answer = self._ask(request, read)
        if isinstance(answer, _Refusal) and refusal in answer.message:
            return None
        return self._accepted(answer)

    def _accepted(self, answer: T | _Refusal) -> T:
        if isinstance(answer, _Refusal):
            raise self._service.error(
                f"it refuses: {self._service.shown(answer.message)}",
                hint="once that is mended, run the same command again: it goes on from there",
            )
        return answer

    def _ask(self, request: Request, read: Callable[[Answer], T]) -> T | _Refusal:
        with self._service.exchange(request) as answer:
            match answer.status:
                case HTTPStatus.OK:
                    return read(answer)
                case HTTPStatus.INTERNAL_SERVER_ERROR if answer.kind == "application/json":
                    return _Refusal(str(self._read(answer).get("Message")))
                case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
                    hint = f"{AUTHORIZATION_VARIABLE} is for what its API.Authorizations asks for"
                case _:
                    hint = (
                        f"name the URL of its RPC, such as {USUAL_URL}, and not that of its gateway"
                    )
            raise self._service.error(f"it answered with HTTP status {answer.status}", hint=hint)

    def _read(self, answer: Answer) -> Document:
        document = answer.document()
        if not isinstance(document, dict):
            raise self._service.error("its answer is not an object of JSON")
        return document


def _request(command: str, query: Mapping[str, str], limit: int = MAX_DOCUMENT_BYTES) -> Request:
    return Request(method="POST", path=f"/api/v0/{command}", query=query, limit=limit)


def _held(command: str, cid: bytes, limit: int = MAX_DOCUMENT_BYTES) -> Request:
    """Return a request for what the node holds itself, without a look at the network."""
    return _request(command, {"arg": cid_text(cid), "offline": "true"}, limit)


def _with_file(request: Request, data: bytes) -> Request:
    """Return a request that carries a file, as forms of web pages do: RFC 7578."""
    boundary = secrets.token_hex(16)
    head = (
        f'--{boundary}\r\ncontent-disposition: form-data; name="file"; filename="blocks.car"\r\n'
        "content-type: application/octet-stream\r\n\r\n"
    )
    return replace(
        request,
        headers={"content-type": f"multipart/form-data; boundary={boundary}"},
        content=b"".join((head.encode(), data, f"\r\n--{boundary}--\r\n".encode())),
        seconds=STORE_SECONDS,
        silence=STORE_SECONDS,
    )
