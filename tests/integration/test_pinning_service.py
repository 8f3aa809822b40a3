"""Pinning at a service that conforms, and at those that fail or lie; time is not waited for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

import msgspec
import pytest

from tests.answering import answering
from tests.fakes.blocks import Stored
from tests.fakes.pinning_service import (
    TOKEN,
    FakePinningService,
    Respond,
    as_it_should,
    endless,
    hanging_up,
    losing_the_answer,
    pinning_service,
    refusing,
    saying,
)
from weightmark.adapters.ipfs.pinning_api import TOKEN_VARIABLE, PinningApi
from weightmark.adapters.ipfs.pinning_service import (
    ATTEMPTS,
    FIRST_PAUSE,
    LONGEST_PAUSE,
    Patience,
    PinningService,
)
from weightmark.domain.content_address import cid_text
from weightmark.errors import ConfigurationError, IpfsServiceError

STORED = Stored()
ROOT = STORED.raw(b"root")
CID = cid_text(ROOT)
SECONDS = 600.0


@dataclass
class Time:
    """A clock that goes on when somebody sleeps, and at no other time."""

    now: float = 0.0
    pauses: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


@pytest.fixture
def service() -> Iterator[FakePinningService]:
    with pinning_service() as running:
        yield running


@pytest.fixture
def time() -> Time:
    return Time()


def pin(
    service: FakePinningService, time: Time, label: str = "acme/digits@1.0.0", token: str = TOKEN
) -> None:
    patience = Patience(SECONDS, lambda: time.now, time.sleep)
    target = PinningService(PinningApi(service.url, token), patience)
    target.pin(ROOT, label, STORED, lambda _: None)


def failure(service: FakePinningService, time: Time, token: str = TOKEN) -> IpfsServiceError:
    with pytest.raises(IpfsServiceError) as caught:
        pin(service, time, token=token)
    error = caught.value
    assert service.url.removesuffix("/psa") in error.message
    assert token not in error.message + error.hint
    assert error.exit_status == 3
    assert error.hint
    return error


def test_what_is_asked_for_is_waited_for(service: FakePinningService, time: Time) -> None:
    pin(service, time)
    (entry,) = service.pins.values()
    assert (entry.pin.cid, entry.pin.name, entry.status) == (CID, "acme/digits@1.0.0", "pinned")
    assert entry.pin.meta == {"app_id": "weightmark"}
    assert entry.pin.origins is msgspec.UNSET
    look = f"GET /psa/pins/{quote(entry.requestid, safe='')}"
    assert service.requests == ["GET /psa/pins", "POST /psa/pins", look, look]
    assert time.pauses == [FIRST_PAUSE, 2 * FIRST_PAUSE]


def test_what_is_pinned_is_not_asked_for_again(service: FakePinningService, time: Time) -> None:
    service.course = ("pinned",)
    pin(service, time)
    pin(service, time)
    assert service.requests == ["GET /psa/pins", "POST /psa/pins", "GET /psa/pins"]
    assert time.pauses == []


def test_what_is_queued_is_waited_for_and_not_asked_for_again(
    service: FakePinningService, time: Time
) -> None:
    service.course = ("queued",)
    service.info = {"status_details": "Queue position: 7 of 9"}
    error = failure(service, time)
    assert f"has not pinned {CID} in 600 seconds: queued since 2026-01-01T" in error.message
    assert "(Queue position: 7 of 9)" in error.message
    assert error.hint.startswith("run the same command again to go on waiting")
    assert max(time.pauses) == LONGEST_PAUSE
    assert sum(time.pauses) == SECONDS
    service.course = ("queued", "pinning", "pinned")
    pin(service, time)
    assert service.orders == len(service.pins) == 1


def test_a_pin_that_was_asked_for_twice_counts_if_one_is_there(
    service: FakePinningService, time: Time
) -> None:
    service.course = ("pinned",)
    pin(service, time)
    (entry,) = service.pins.values()
    service.pins["later"] = msgspec.structs.replace(entry, requestid="later", status="queued")
    pin(service, time)
    assert service.orders == 1
    assert time.pauses == []


def test_a_pin_that_failed_is_told_and_asked_for_anew(
    service: FakePinningService, time: Time
) -> None:
    service.course = ("queued", "failed")
    service.info = {"dag_size": "\x1b[31mtoo big\u202e"}
    error = failure(service, time)
    assert f"failed to pin {CID} (dag_size: \\x1b[31mtoo big\\u202e)" in error.message
    assert error.hint.startswith("run the same command again to have it try anew")
    service.course = ("queued", "pinned")
    pin(service, time)
    assert service.orders == 2


def test_a_list_of_what_was_not_asked_for_is_of_no_use(
    service: FakePinningService, time: Time
) -> None:
    others = b",".join([found(cid_text(STORED.raw(b"other"))), found(status="failed")])
    service.instead.append(saying(b'{"count":2,"results":[%b]}' % others))
    pin(service, time)
    assert service.orders == 1


def test_a_service_is_told_who_provides_the_blocks(service: FakePinningService, time: Time) -> None:
    service.course = ("pinned",)
    private = [f"/ip4/{host}/tcp/4001/p2p/Peer" for host in ("127.0.0.1", "192.168.1.5")]
    public = [f"/ip4/8.8.8.{number}/tcp/4001/p2p/Peer" for number in range(25)]
    patience = Patience(SECONDS, lambda: time.now, time.sleep)
    api = PinningApi(service.url, TOKEN)
    target = PinningService(api, patience, lambda: private + public[:1] + public)
    target.pin(ROOT, "label", STORED, lambda _: None)
    (entry,) = service.pins.values()
    assert entry.pin.origins == tuple(public[:20])


def test_an_answer_that_was_lost_is_no_second_pin(service: FakePinningService, time: Time) -> None:
    service.instead.extend([as_it_should, losing_the_answer])
    pin(service, time)
    assert service.orders == len(service.pins) == 1


@pytest.mark.parametrize("step", range(4))
def test_trouble_that_ends_is_borne(service: FakePinningService, time: Time, step: int) -> None:
    for respond in (refusing(503), refusing(500), refusing(429), hanging_up):
        service.pins.clear()
        service.instead.extend([as_it_should] * step + [respond] * (ATTEMPTS - 1))
        pin(service, time)
        assert len(service.pins) == 1
        assert not service.instead


def test_trouble_is_counted_in_a_row(service: FakePinningService, time: Time) -> None:
    trouble = [refusing(503)] * (ATTEMPTS - 1)
    service.instead.extend([*trouble, as_it_should, as_it_should, *trouble, as_it_should, *trouble])
    pin(service, time)
    assert not service.instead


@pytest.mark.parametrize(
    ("respond", "reason"),
    [
        (refusing(503, details="come back"), "HTTP status 503: REASON_503: come back"),
        (saying(b"<html>", 502), "HTTP status 502"),
        (refusing(429), "HTTP status 429: REASON_429"),
        (hanging_up, "the connection failed"),
        (endless, "it answered with more than"),
    ],
    ids=["503", "page", "429", "nothing", "endless"],
)
def test_trouble_that_does_not_end_is_told(
    service: FakePinningService, time: Time, respond: Respond, reason: str
) -> None:
    service.instead.extend([respond] * ATTEMPTS)
    assert reason in failure(service, time).message
    assert len(service.requests) == ATTEMPTS == len(time.pauses) + 1


def test_a_service_that_wants_to_be_left_alone(service: FakePinningService, time: Time) -> None:
    service.instead.append(refusing(429, headers={"retry-after": "77"}))
    service.course = ("pinned",)
    pin(service, time)
    assert time.pauses == [77]


def test_but_not_for_longer_than_there_is_time(service: FakePinningService, time: Time) -> None:
    for asked in ("600", "999999"):
        service.instead.append(refusing(503, headers={"retry-after": asked}))
        assert f"left alone for {asked} seconds" in failure(service, time).message
    assert time.pauses == []


def test_what_is_no_number_of_seconds_is_not_waited_for(
    service: FakePinningService, time: Time
) -> None:
    service.course = ("pinned",)
    never = ("-1", "1e9", "nan", "9" * 400, "Fri, 31 Dec 1999 23:59:59 GMT")
    for asked in never:
        service.instead.append(refusing(429, headers={"retry-after": asked}))
        pin(service, time)
    assert time.pauses == [FIRST_PAUSE] * len(never)


def test_a_token_that_the_service_does_not_know(service: FakePinningService, time: Time) -> None:
    error = failure(service, time, token="mistyped-access-token")
    assert "HTTP status 401: UNAUTHORIZED: Access token is missing" in error.message
    assert TOKEN_VARIABLE in error.hint
    assert len(service.requests) == 1


@pytest.mark.parametrize("step", [0, 1, 2])
def test_a_refusal_is_told_at_once(service: FakePinningService, time: Time, step: int) -> None:
    details = f"\x1b]0;x\x07 no funds on {TOKEN}"
    for status in (302, 400, 403, 404, 409):
        service.pins.clear()
        service.requests.clear()
        service.instead.extend([as_it_should] * step + [refusing(status, "NO", details)])
        error = failure(service, time)
        told = f"refuses with HTTP status {status}: NO: \\x1b]0;x\\x07 no funds on …"
        assert error.message.endswith(told)
        assert (TOKEN_VARIABLE in error.hint) == (status == 403)
        assert len(service.requests) == step + 1


def found(cid: str = CID, requestid: str = '"1"', status: str = "queued") -> bytes:
    fields = f'"status":"{status}","created":"","pin":{{"cid":"{cid}"}},"delegates":["/"]'
    return f'{{"requestid":{requestid},{fields}}}'.encode()


GARBAGE = (
    b"<!doctype html>",
    b"",
    b"[]",
    b"null",
    b"\xff\xfe\x00",
    found()[:-1],
    b'{"info":{"a":' + b"[" * 100_000,
    found(requestid='""'),
    found(requestid="1"),
    found(requestid='".."'),
    found(requestid='"."'),
    found(requestid=f'"{"x" * 1001}"'),
    found(status="maybe"),
)


@pytest.mark.parametrize("step", [0, 1, 2])
def test_what_is_no_answer_is_not_believed(
    service: FakePinningService, time: Time, step: int
) -> None:
    for body in GARBAGE:
        service.pins.clear()
        listed = b'{"count":1,"results":[%b]}' % body if body else body
        answered = saying(body if step else listed)
        service.instead.extend([as_it_should] * step + [answered])
        assert "it answers other than the API does" in failure(service, time).message


def test_a_token_is_not_shown_in_part_either(service: FakePinningService, time: Time) -> None:
    service.instead.append(saying(b"%50d" % 0 + TOKEN.encode()))
    assert TOKEN[:4] not in failure(service, time).message


def test_an_answer_for_other_content_is_not_believed(
    service: FakePinningService, time: Time
) -> None:
    other = cid_text(STORED.raw(b"other"))
    service.course = ("pinned",)
    service.answered_cid = other
    assert f"asked for {CID}, it answered for '{other}'" in failure(service, time).message
    # In a list that was to hold one CID, another one is none that was asked for.
    assert "it answered for" in failure(service, time).message
    assert service.orders == 2


def test_nothing_that_a_service_names_is_asked(service: FakePinningService, time: Time) -> None:
    asked: list[str] = []

    def answer(path: str, _: bytes) -> tuple[int, bytes]:
        asked.append(path)
        return 200, b"{}"

    with answering(answer) as elsewhere:
        service.info = {"url": elsewhere}
        host = elsewhere.removeprefix("http://").replace(":", "/tcp/")
        delegate = f"/ip4/{host}/http"
        service.instead.append(as_it_should)
        service.instead.append(
            saying(found().replace(b'["/"]', f'["{delegate}","{elsewhere}"]'.encode()))
        )
        service.instead.append(saying(b"", 307, {"location": elsewhere, "content-length": "0"}))
        assert "HTTP status 307" in failure(service, time).message
    assert asked == []


@pytest.mark.parametrize("token", ["", " ", "a b", "a\r\nx-other: b", "ключ", "a\0"])
def test_what_is_no_token_is_sent_to_nobody(token: str) -> None:
    with pytest.raises(ConfigurationError, match="access token") as caught:
        PinningApi("https://pins.example", token)
    assert TOKEN_VARIABLE in caught.value.hint
    assert not token.strip() or token not in caught.value.message


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://pins.example", "not one of HTTP"),
        ("file:///etc/passwd", "not one of HTTP"),
        ("gopher://127.0.0.1:70", "not one of HTTP"),
        ("pins.example", "not one of HTTP"),
        ("", "not one of HTTP"),
        ("https://", "not one of HTTP"),
        ("https://host:port", "not one of HTTP"),
        ("https://[::1", "not one of HTTP"),
        ("https://user:planted-password@pins.example", "holds a password"),
        ("https://pins.example?key=planted-password", "goes on after its path"),
        ("https://pins.example#planted-password", "goes on after its path"),
        ("http://pins.example", "without encryption"),
        ("http://192.168.1.5:9097", "without encryption"),
        ("http://127.0.0.1.pins.example", "without encryption"),
        ("http://169.254.169.254/latest", "without encryption"),
    ],
)
def test_what_is_no_url_of_a_service_gets_no_token(url: str, reason: str) -> None:
    with pytest.raises(ConfigurationError, match=reason) as caught:
        PinningApi(url, TOKEN)
    assert "planted" not in caught.value.message + caught.value.hint
