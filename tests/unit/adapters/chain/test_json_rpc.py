"""The JSON-RPC client, against answers of every kind."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from weightmark.adapters.chain import json_rpc
from weightmark.adapters.chain.json_rpc import HttpTransport, Refusal
from weightmark.errors import ChainUnreachableError

URL = "https://user:hunter22@rpc.example/v3/secret-key-0123?token=secret-token"
SECRETS = ("hunter22", "secret-key-0123", "secret-token")


@dataclass(frozen=True)
class Answer:
    """A response, whose body comes as a stream."""

    status: int = 200
    content: bytes = b""
    retry_after: str = ""

    def response(self) -> httpx2.Response:
        headers = {"retry-after": self.retry_after} if self.retry_after else {}
        return httpx2.Response(self.status, headers=headers, content=iter([self.content]))


Handler = Callable[[httpx2.Request], httpx2.Response]


class Pauses(list[float]):
    """Instead of sleeping."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


def a_transport(handler: Handler, pauses: Pauses | None = None) -> HttpTransport:
    transport = HttpTransport(URL, sleep=Pauses() if pauses is None else pauses)
    client = httpx2.Client(transport=httpx2.MockTransport(handler))
    transport.__dict__["_client"] = client
    return transport


def answering(*responses: Answer | Exception) -> tuple[Handler, list[Any]]:
    """Return a handler that gives the responses in turn, and the list of what it was asked."""
    remaining, asked = list(responses), []

    def handle(request: httpx2.Request) -> httpx2.Response:
        asked.append(json.loads(request.content))
        answer = remaining.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer.response()

    return handle, asked


def ok(document: object) -> Answer:
    return Answer(200, content=json.dumps(document).encode())


def result(value: object, number: int = 1) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": number, "result": value}


def test_a_call_is_sent_and_answered() -> None:
    handler, asked = answering(ok(result("0x1")))
    assert a_transport(handler).request([("eth_chainId", ())]) == ["0x1"]
    assert asked == [{"jsonrpc": "2.0", "id": 1, "method": "eth_chainId", "params": []}]


def test_several_calls_are_one_request_and_matched_by_their_ids() -> None:
    handler, asked = answering(ok([result("b", 2), result("c", 3), result(None, 1)]))
    calls = [("m", (number, {"k": "v"})) for number in range(3)]
    assert a_transport(handler).request(calls) == [None, "b", "c"]
    assert [each["params"] for each in asked[0]] == [
        [0, {"k": "v"}],
        [1, {"k": "v"}],
        [2, {"k": "v"}],
    ]


def test_ids_are_never_used_twice() -> None:
    handler, asked = answering(ok(result(1, 1)), ok(result(2, 2)))
    transport = a_transport(handler)
    assert [transport.request([("m", ())]) for _ in range(2)] == [[1], [2]]
    assert [each["id"] for each in asked] == [1, 2]


def test_a_refusal_is_an_answer() -> None:
    error = {"code": 3, "message": "execution reverted", "data": "0xabcd"}
    handler, _ = answering(ok({"jsonrpc": "2.0", "id": 1, "error": error}))
    assert a_transport(handler).request([("m", ())]) == [Refusal("execution reverted", "0xabcd")]


@pytest.mark.parametrize("status", [400, 403, 413])
def test_a_refusal_may_come_with_another_status(status: int) -> None:
    document = {
        "jsonrpc": "2.0",
        "id": None,
        "error": {"code": -32600, "message": "range too large"},
    }
    handler, _ = answering(Answer(status, content=json.dumps(document).encode()))
    assert a_transport(handler).request([("m", ())]) == [Refusal("range too large")]


def test_a_batch_may_be_refused_as_a_whole() -> None:
    handler, _ = answering(ok({"jsonrpc": "2.0", "id": None, "error": {"message": "no batches"}}))
    assert a_transport(handler).request([("m", ()), ("n", ())]) == [Refusal("no batches")] * 2


def test_what_an_endpoint_says_is_shown_without_secrets() -> None:
    said = {"message": "secret-key-0123 is not a key\x1b[2J\u202e"}
    handler, _ = answering(ok({"jsonrpc": "2.0", "id": 1, "error": said}))
    (answer,) = a_transport(handler).request([("m", ())])
    assert answer == Refusal("… is not a key\\x1b[2J\\u202e")


NONSENSE: dict[str, Answer | Exception] = {
    "nothing": Answer(200, content=b""),
    "a page": Answer(200, content=b"<html>secret-key-0123</html>"),
    "a cut answer": Answer(200, content=b'{"jsonrpc":"2.0","id":1,"resu'),
    "no text": Answer(200, content=b"\xff\xfe\x00"),
    "a deep answer": Answer(200, content=b"[" * 200_000),
    "another call's answer": ok(result("0x1", 2)),
    "no id": ok({"jsonrpc": "2.0", "result": "0x1"} | {"id": "1"}),
    "an id of null": ok({"jsonrpc": "2.0", "id": None, "result": "0x1"}),
    "an id that is a list": ok({"jsonrpc": "2.0", "id": [], "result": "0x1"}),
    "a list for one call": ok([]),
    "a number": ok(7),
    "neither result nor error": ok({"jsonrpc": "2.0", "id": 1}),
    "an error that is a text": ok({"jsonrpc": "2.0", "id": 1, "error": "no"}),
    "a redirect": Answer(307),
    "not found": Answer(404, content=b"not found"),
    "unauthorized": Answer(401, content=b"secret-key-0123"),
    "too many requests": Answer(429),
    "bad gateway": Answer(502, content=b"<html>"),
    "refused": httpx2.ConnectError(f"cannot connect to {URL}"),
    "no answer in time": httpx2.ReadTimeout(f"{URL} timed out"),
    "no connection in time": httpx2.ConnectTimeout(f"{URL} timed out"),
    "a broken protocol": httpx2.RemoteProtocolError("illegal"),
}


@pytest.mark.parametrize("response", NONSENSE.values(), ids=NONSENSE)
def test_everything_else_is_an_error_that_names_the_endpoint_only(
    response: Answer | Exception,
) -> None:
    handler, _ = answering(*[response] * json_rpc.ATTEMPTS)
    with pytest.raises(
        ChainUnreachableError, match=r"https://rpc\.example cannot be used"
    ) as caught:
        a_transport(handler).request([("m", ())])
    error: BaseException | None = caught.value
    while error is not None:
        assert not any(secret in str(error) for secret in SECRETS)
        error = error.__cause__
    assert "--rpc-url" in caught.value.hint


@pytest.mark.parametrize(
    "document",
    [[result(1, 1)], [result(1, 1), result(1, 1)], [result(1, 1), 7], [result(1, 1), result(1, 3)]],
)
def test_every_call_of_a_batch_must_be_answered(document: object) -> None:
    handler, _ = answering(ok(document))
    with pytest.raises(ChainUnreachableError, match="other calls"):
        a_transport(handler).request([("m", ()), ("n", ())])


TRANSIENT = [
    Answer(429),
    Answer(503),
    httpx2.ReadTimeout("late"),
    httpx2.ConnectTimeout("late"),
    httpx2.ReadError("reset"),
    httpx2.RemoteProtocolError("cut off"),
]


@pytest.mark.parametrize("first", TRANSIENT, ids=repr)
def test_reading_is_tried_again(first: Answer | Exception) -> None:
    pauses = Pauses()
    handler, asked = answering(first, first, ok(result("0x1")))
    assert a_transport(handler, pauses).request([("m", ())]) == ["0x1"]
    assert len(asked) == json_rpc.ATTEMPTS == 3
    shortest = json_rpc.PAUSE_SECONDS / 2
    assert shortest <= pauses[0] <= 3 * shortest
    assert 2 * shortest <= pauses[1] <= 6 * shortest


@pytest.mark.parametrize("first", TRANSIENT, ids=repr)
def test_sending_is_not_tried_again(first: Answer | Exception) -> None:
    handler, asked = answering(first, ok(result("0x1")))
    with pytest.raises(ChainUnreachableError):
        a_transport(handler).request([("m", ())], idempotent=False)
    assert len(asked) == 1


def test_what_will_not_pass_is_not_tried_again() -> None:
    handler, asked = answering(Answer(401), ok(result("0x1")))
    with pytest.raises(ChainUnreachableError, match="HTTP status 401"):
        a_transport(handler).request([("m", ())])
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("retry_after", "shortest"), [("9", 9), ("0", 0), ("-1", 0), ("1e3", 0), ("soon", 0)]
)
def test_a_pause_is_as_long_as_the_endpoint_asks_for(retry_after: str, shortest: float) -> None:
    pauses = Pauses()
    handler, _ = answering(Answer(429, b"", retry_after), ok(result("0x1")))
    assert a_transport(handler, pauses).request([("m", ())]) == ["0x1"]
    assert shortest <= pauses[0] <= max(shortest, json_rpc.PAUSE_SECONDS * 1.5)


@pytest.mark.parametrize("retry_after", ["46", "999999", "9" * 400])
def test_a_pause_beyond_the_deadline_is_not_made(retry_after: str) -> None:
    pauses = Pauses()
    handler, asked = answering(*[Answer(503, b"", retry_after)] * json_rpc.ATTEMPTS)
    with pytest.raises(ChainUnreachableError, match="HTTP status 503"):
        a_transport(handler, pauses).request([("m", ())])
    assert sum(pauses) < json_rpc.TOTAL_SECONDS
    assert len(asked) == len(pauses) + 1


def test_all_attempts_together_have_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_rpc, "TOTAL_SECONDS", 0.0)
    pauses = Pauses()
    handler, asked = answering(Answer(503), ok(result("0x1")))
    with pytest.raises(ChainUnreachableError, match="HTTP status 503"):
        a_transport(handler, pauses).request([("m", ())])
    assert (len(asked), pauses) == (1, [])


def test_an_answer_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    document = ok(result("x" * 100))
    monkeypatch.setattr(json_rpc, "MAX_ANSWER_BYTES", len(document.content))
    handler, _ = answering(document, ok(result("x" * 101, 2)))
    transport = a_transport(handler)
    assert transport.request([("m", ())]) == ["x" * 100]
    with pytest.raises(ChainUnreachableError, match="more than"):
        transport.request([("m", ())])


def test_an_endless_answer_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_rpc, "TOTAL_SECONDS", 0.01)
    endless = itertools.repeat(b" ")
    transport = a_transport(lambda _: httpx2.Response(200, content=endless))
    with pytest.raises(ChainUnreachableError, match="took more than"):
        transport.request([("m", ())])
