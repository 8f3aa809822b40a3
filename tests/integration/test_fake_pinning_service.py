"""The pinning service of the tests does what the API has, also what our client never asks."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

import msgspec
import pytest

from tests.fakes.pinning_service import (
    TOKEN,
    FakePinningService,
    PinResults,
    PinStatus,
    pinning_service,
)

PIN = b'{"cid":"bafkqaaa","name":"acme/digits@1.0.0","meta":{"app_id":"weightmark"}}'


@pytest.fixture
def service() -> Iterator[FakePinningService]:
    with pinning_service() as running:
        yield running


def asked(service: FakePinningService, path: str, method: str = "GET", body: bytes = b"") -> bytes:
    headers = {"authorization": f"Bearer {TOKEN}", "content-type": "application/json"}
    request = Request(service.url + path, body or None, headers, method=method)
    with urlopen(request, timeout=30) as response:
        answer: bytes = response.read()
    return answer


def test_it_lists_as_the_api_has_it(
    service: FakePinningService,
) -> None:
    service.course = ("pinned",)
    asked(service, "/pins", "POST", PIN)
    (entry,) = service.pins.values()
    for number in range(1, 13):
        service.pins[str(number)] = msgspec.structs.replace(
            entry, requestid=str(number), status="failed"
        )

    def listed(query: str) -> tuple[int, int]:
        results = msgspec.json.decode(asked(service, f"/pins{query}"), type=PinResults)
        return results.count, len(results.results)

    assert listed("") == (1, 1)
    assert listed("?status=failed") == (12, 10)
    assert listed("?status=failed,pinned&limit=1000") == (13, 13)
    assert listed("?cid=bafkqaaa,bafkqaab") == (1, 1)
    assert listed("?cid=bafkqaab") == (0, 0)
    assert listed("?name=ACME&match=ipartial") == (1, 1)
    assert listed("?name=acme") == (0, 0)
    assert listed("?before=2026-01-01T00:00:00Z") == (0, 0)
    assert listed("?after=2026-01-01T00:00:00Z") == (1, 1)
    assert listed("?meta=%7B%22app_id%22%3A%22weightmark%22%7D") == (1, 1)
    assert listed("?meta=%7B%22app_id%22%3A%22other%22%7D") == (0, 0)
    with pytest.raises(HTTPError, match="400"):
        asked(service, "/pins?status=unknown")


def test_it_replaces_and_removes(
    service: FakePinningService,
) -> None:
    asked(service, "/pins", "POST", PIN)
    (before,) = service.pins.values()
    path = f"/pins/{quote(before.requestid, safe='')}"
    looked = msgspec.json.decode(asked(service, path), type=PinStatus)
    assert looked == msgspec.structs.replace(before, status="pinning")
    replaced = asked(service, path, "POST", b'{"cid":"bafkqaaa"}')
    after = msgspec.json.decode(replaced, type=PinStatus)
    assert (after.pin.cid, after.status) == ("bafkqaaa", "queued")
    assert after.requestid != before.requestid
    path = f"/pins/{quote(after.requestid, safe='')}"
    assert asked(service, path, "DELETE") == b""
    for method in ("GET", "POST", "DELETE"):
        with pytest.raises(HTTPError, match="404"):
            asked(service, path, method, b'{"cid":"bafkqaaa"}')
    for body in (
        b"{}",
        b'{"cid":1}',
        b'{"cid":"a","cids":"b"}',
        b'{"cid":"a","name":"%0256d"}' % 0,
    ):
        with pytest.raises(HTTPError, match="400"):
            asked(service, "/pins", "POST", body)
    assert service.pins == {}
