"""A JSON-RPC 2.0 client that believes nothing: bounded in time and size, strict in form.

Every failure is a `ChainUnreachableError` that names the endpoint by scheme, host and port alone:
the rest of its URL may hold a key.
"""

from __future__ import annotations

import itertools
import json
import random
import re
import time
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol

from weightmark.adapters.http.client import failure, open_client
from weightmark.adapters.http.deadline import Deadline
from weightmark.adapters.http.endpoint import Endpoint
from weightmark.domain.unambiguous import check_depth
from weightmark.errors import ChainUnreachableError

if TYPE_CHECKING:
    import httpx2

# All attempts of one request together, with the pauses between them.
TOTAL_SECONDS = 45.0
ATTEMPTS = 3
# The first pause between attempts; each further one is twice as long, give or take a half. An
# endpoint may ask for a longer one.
PAUSE_SECONDS = 0.25
MAX_ANSWER_BYTES = 32 * 1024 * 1024


Call = tuple[str, Sequence[object]]


@dataclass(frozen=True, slots=True)
class Refusal:
    """The error object that an endpoint answers instead of a result."""

    message: str
    data: object = None


class Transport(Protocol):
    """Carries calls to an endpoint, and its answers back."""

    @property
    def endpoint(self) -> str:
        """What errors call the endpoint; no secret is in it."""
        ...

    def request(self, calls: Sequence[Call], *, idempotent: bool = True) -> list[object]:
        """Return the answer to each call, in that order: a result, or a `Refusal`.

        Args:
            calls: Methods and their parameters.
            idempotent: Whether the calls may be carried out twice.

        Raises:
            ChainUnreachableError: There is no answer, or none that can be understood.
        """
        ...


@dataclass(frozen=True, slots=True)
class _Failure:
    """Why an attempt failed, when another one may not, and the seconds to wait before it."""

    reason: str
    pause: float = 0.0


class HttpTransport:
    """An endpoint over HTTP, for one thread. Connections stay open for as long as the object lives.

    Raises:
        ConfigurationError: The URL is not one of HTTP.
    """

    def __init__(self, url: str, *, sleep: Callable[[float], object] = time.sleep) -> None:
        self._endpoint = Endpoint.parse(url)
        self._sleep = sleep
        self._ids = itertools.count(1)
        self._deadline = Deadline()

    @property
    def endpoint(self) -> str:
        """Scheme, host and port of the URL."""
        return self._endpoint.public_name

    def request(self, calls: Sequence[Call], *, idempotent: bool = True) -> list[object]:
        """Send the calls in one HTTP request, and again where that may help and does no harm."""
        entries = [
            {"jsonrpc": "2.0", "id": next(self._ids), "method": method, "params": list(parameters)}
            for method, parameters in calls
        ]
        body = json.dumps(entries if len(entries) > 1 else entries[0]).encode()
        answer = self._parse(self._post(body, ATTEMPTS if idempotent else 1))
        if isinstance(answer, dict) and "error" in answer and answer.get("id") is None:
            # The endpoint could not, or did not want to, tell the calls apart.
            return [self._result(answer)] * len(entries)
        return self._matched([entry["id"] for entry in entries], answer)

    def _matched(self, ids: Sequence[object], answer: object) -> list[object]:
        answers = answer if isinstance(answer, list) else [answer]
        by_id = {
            each["id"]: each
            for each in answers
            if isinstance(each, dict) and isinstance(each.get("id"), int)
        }
        if len(answers) != len(ids) or set(by_id) != set(ids):
            raise self._unreachable("it answered other calls than those that were made")
        return [self._result(by_id[number]) for number in ids]

    def _post(self, body: bytes, attempts: int) -> bytes:
        end = time.monotonic() + TOTAL_SECONDS
        outcome = self._attempt(body, end)
        for attempt in range(1, attempts):
            if isinstance(outcome, bytes):
                break
            jittered = PAUSE_SECONDS * 2 ** (attempt - 1) * random.uniform(0.5, 1.5)  # noqa: S311
            pause = max(jittered, outcome.pause)
            if time.monotonic() + pause > end:
                break
            self._sleep(pause)
            outcome = self._attempt(body, end)
        if isinstance(outcome, _Failure):
            raise self._unreachable(outcome.reason)
        return outcome

    def _attempt(self, body: bytes, end: float) -> bytes | _Failure:
        import httpx2

        try:
            with self._deadline.at(end):
                return self._exchange(body)
        except httpx2.TimeoutException:
            return _Failure("it did not answer in time")
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            # Not chained, and not quoted: the text of the foreign error may hold the whole URL.
            if self._deadline.is_over:
                raise self._late() from None
            reason = failure(error)
            if isinstance(error, httpx2.ReadError | httpx2.WriteError | httpx2.RemoteProtocolError):
                return _Failure(reason)
            raise self._unreachable(reason) from None

    def _exchange(self, body: bytes) -> bytes | _Failure:
        extensions = {"trace": self._deadline.trace}
        request = self._client.stream(
            "POST", self._endpoint.url, content=body, extensions=extensions
        )
        with request as response:
            status = response.status_code
            if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                pause = _seconds(response.headers.get("retry-after", ""))
                return _Failure(f"it answered with HTTP status {status}", pause)
            answer = self._read(response)
        # Endpoints explain a refusal in JSON under other statuses as well.
        if status != HTTPStatus.OK and not answer.lstrip().startswith(b"{"):
            raise self._unreachable(f"it answered with HTTP status {status}")
        return answer

    def _read(self, response: httpx2.Response) -> bytes:
        received = bytearray()
        for chunk in response.iter_raw():
            received += chunk
            if len(received) > MAX_ANSWER_BYTES:
                raise self._unreachable(f"it answered with more than {MAX_ANSWER_BYTES} bytes")
            if self._deadline.is_over:
                raise self._late()
        return bytes(received)

    def _parse(self, answer: bytes) -> object:
        try:
            check_depth(answer)
            return json.loads(answer)
        except ValueError:
            # Cut last: half a key would not be known for one.
            start = self._endpoint.shown(answer.decode("utf-8", "replace"))[:60]
            raise self._unreachable(f"its answer is not JSON: {start!r}") from None

    def _result(self, answer: dict[str, object]) -> object:
        error = answer.get("error")
        if isinstance(error, dict):
            message = self._endpoint.shown(str(error.get("message", "no reason given")))
            return Refusal(message, error.get("data"))
        if error is not None or "result" not in answer:
            raise self._unreachable("its answer has neither a result nor an error")
        return answer["result"]

    @cached_property
    def _client(self) -> httpx2.Client:
        client = open_client(self._endpoint, {"content-type": "application/json"})
        weakref.finalize(self, client.close)
        return client

    def _late(self) -> ChainUnreachableError:
        return self._unreachable(f"its answer took more than {TOTAL_SECONDS:g} seconds")

    def _unreachable(self, reason: str) -> ChainUnreachableError:
        return ChainUnreachableError(
            f"the chain's endpoint {self.endpoint} cannot be used: {reason}",
            hint="check the network, or choose another endpoint with --rpc-url",
        )


def _seconds(retry_after: str) -> float:
    # The other form, a date, is not worth trusting two clocks.
    return float(retry_after) if re.fullmatch("[0-9]{1,6}", retry_after) else 0.0
