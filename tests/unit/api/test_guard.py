"""What holds for every request and answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.api.service import ALICE, Service
from tests.unit.api.test_problems import problem_of
from weightmark.api.app import MAX_PATH_LENGTH
from weightmark.api.guard import MAX_QUERY_LENGTH
from weightmark.api.problems import SECURITY_HEADERS

NAMED = f"/v1/releases/{ALICE}/acme/digits/1.0.0"


@pytest.fixture
def local(tmp_path: Path) -> Service:
    """Return a web API that listens on loopback."""
    return Service(tmp_path, local_only=True)


@pytest.mark.parametrize("path", ["/healthz", NAMED, "/openapi.json", "/nothing"])
def test_every_answer_has_the_headers(service: Service, path: str) -> None:
    service.publish()
    answer = service.client.get(path, headers={"Origin": "http://other.example"})
    assert {name: answer.headers[name] for name in SECURITY_HEADERS} == SECURITY_HEADERS
    assert answer.headers["content-type"].endswith("json")
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_the_longest_name_and_version_fit(service: Service) -> None:
    name, version = "a/" * 63 + "ab", "~" * 64
    service.publish(name, version)
    service.trust("a" * 64, ALICE)
    encoded = ["".join(f"%{ord(each):02x}" for each in text) for text in ("a" * 64, name, version)]
    path = "/v1/releases/" + "/".join(encoded)
    assert len(path) <= MAX_PATH_LENGTH
    assert service.get(path)["version"] == version


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("/" + "a" * (MAX_PATH_LENGTH - 1), 404),
        ("/" + "a" * MAX_PATH_LENGTH, 414),
        ("/%61" + "%61" * (MAX_PATH_LENGTH // 3), 414),
        ("/healthz?" + "a" * MAX_QUERY_LENGTH, 200),
        ("/healthz?" + "a" * (MAX_QUERY_LENGTH + 1), 414),
    ],
)
def test_paths_and_queries_are_bounded(service: Service, url: str, status: int) -> None:
    answer = service.client.get(url)
    assert answer.status_code == status
    if status != 200:
        problem_of(answer)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:8480", "localhost", "LOCALHOST:1", "[::1]:1"]
)
def test_a_server_on_loopback_answers_to_loopback(local: Service, host: str) -> None:
    assert local.client.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "[", "", "@"]
)
def test_a_server_on_loopback_answers_to_no_other_name(local: Service, host: str) -> None:
    answer = local.client.get("/healthz", headers={"Host": host})
    assert answer.status_code == 421
    assert problem_of(answer)["code"] == "not-authorized"


@pytest.mark.parametrize("host", ["weights.example", "["])
def test_another_server_answers_to_any_name(service: Service, host: str) -> None:
    assert service.client.get("/healthz", headers={"Host": host}).status_code == 200
    assert service.client.get("/nothing", headers={"Host": host}).status_code == 404


def test_what_is_not_a_request_passes(local: Service) -> None:
    with local.client as started:
        assert started.get("/healthz").status_code == 200
