"""A release that a pinning service keeps, through the real command; and services that do not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.answering import answering
from tests.command import Weightmark
from tests.e2e.releases import Finished, assert_ends, document, write_model
from tests.fakes.pinning_service import (
    TOKEN,
    FakePinningService,
    as_it_should,
    pinning_service,
    refusing,
    saying,
)

URL = "WEIGHTMARK_IPFS_PINNING_SERVICE_URL"
TOKEN_FILE = "WEIGHTMARK_IPFS_PINNING_SERVICE_TOKEN_FILE"
TIMEOUT = "WEIGHTMARK_IPFS_PINNING_SERVICE_TIMEOUT"


@pytest.fixture
def service() -> Iterator[FakePinningService]:
    """Return a service that has everything at once."""
    with pinning_service() as running:
        running.course = ("pinned",)
        yield running


class Publisher:
    """Publishes one model to a service, and looks for the token wherever it could be."""

    def __init__(self, run: Weightmark, folder: Path, service: FakePinningService) -> None:
        self.service = service
        self._run = run
        self._folder = folder
        self._token = folder / "token"
        self._token.write_text(f"{service.token}\n")
        self._model = write_model(folder / "model")

    def __call__(self, *arguments: str, **environment: str) -> Finished:
        """Publish it, and return what that ended with."""
        given = {URL: self.service.url, TOKEN_FILE: str(self._token)} | environment
        named = ("--name", "acme/digits", "--version", "1.0.0", "--ipfs", "pinning-service")
        finished = self._run("publish", self._model, *named, *arguments, env=given)
        assert TOKEN not in finished.stdout + finished.stderr
        assert "traceback" not in finished.stderr.lower()
        return finished

    def assert_not_registered(self) -> None:
        assert_ends(self._run("log", "me/acme/digits"), 4)

    def assert_silent(self) -> None:
        for path in (*self._run.home.rglob("*"), *self._folder.rglob("*")):
            if path.is_file() and path != self._token:
                assert TOKEN.encode() not in path.read_bytes()


@pytest.fixture
def publish(
    run_weightmark: Weightmark, tmp_path: Path, service: FakePinningService
) -> Iterator[Publisher]:
    publisher = Publisher(run_weightmark, tmp_path, service)
    yield publisher
    publisher.assert_silent()


def test_a_release_is_kept_by_a_service_before_it_is_registered(
    publish: Publisher, service: FakePinningService
) -> None:
    echo = f"{TOKEN} is not known"
    service.instead.append(refusing(401, "UNAUTHORIZED", echo))
    finished = publish()
    assert_ends(finished, 3, "HTTP status 401: UNAUTHORIZED: … is not known", TOKEN_FILE[:-5])
    service.instead.append(refusing(409, "INSUFFICIENT_FUNDS", f"Bearer {TOKEN} has no funds"))
    finished = publish("--json")
    assert_ends(finished, 3)
    assert document(finished)["error"]["code"] == "ipfs-service"
    publish.assert_not_registered()
    assert service.pins == {}
    service.course = ("queued",)
    finished = publish(**{TIMEOUT: "1"})
    assert_ends(finished, 3, "queued since 2026-01-01", "run the same command again")
    publish.assert_not_registered()
    (queued,) = service.pins
    service.course = ("pinned",)
    finished = publish("--json")
    assert_ends(finished, 0)
    release = document(finished)
    assert queued in service.pins
    pinned = {entry.pin.cid: entry.pin.name for entry in service.pins.values()}
    assert pinned.keys() == {release["artifact_cid"], release["manifest_cid"]}
    before = list(service.requests)
    assert_ends(publish(), 0)
    assert not [each for each in service.requests[len(before) :] if not each.startswith("GET ")]


@pytest.mark.parametrize("step", [0, 1])
def test_a_service_that_sends_elsewhere(
    publish: Publisher, service: FakePinningService, step: int
) -> None:
    asked: list[str] = []

    def answer(path: str, _: bytes) -> tuple[int, bytes]:
        asked.append(path)
        return 200, b"{}"

    with answering(answer) as elsewhere:
        away = saying(b"", 307, {"location": elsewhere, "content-length": "0"})
        service.instead.extend([as_it_should] * step + [away])
        assert_ends(publish(), 3, "HTTP status 307")
    assert asked == []
    publish.assert_not_registered()


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://127.0.0.1", "not one of HTTP"),
        ("http://user:planted-password@127.0.0.1", "password"),
        ("http://pins.example", "without encryption"),
        ("http://169.254.169.254", "without encryption"),
    ],
)
def test_what_is_no_url_of_a_service(publish: Publisher, url: str, reason: str) -> None:
    finished = publish(**{URL: url})
    assert_ends(finished, 4, reason)
    assert "planted" not in finished.stdout + finished.stderr


def test_what_is_not_configured(publish: Publisher) -> None:
    assert_ends(publish(**{URL: ""}), 4, "no pinning service is configured", URL)
    assert_ends(publish(**{TOKEN_FILE: ""}), 4, "access token", "is not set", TOKEN_FILE[:-5])
    assert_ends(publish("--ipfs", "pinning_service"), 2, "pinning_service")


def test_a_doctor_looks_at_a_service(
    run_weightmark: Weightmark, service: FakePinningService
) -> None:
    assert "pinning service" not in run_weightmark("doctor").stdout
    given = {URL: service.url, "WEIGHTMARK_IPFS_PINNING_SERVICE_TOKEN": TOKEN}
    assert_ends(run_weightmark("doctor", env=given), 0, "pinning service", "knows the token")
    service.token = "another"
    finished = run_weightmark("doctor", env=given)
    assert_ends(finished, 3, "HTTP status 401")
    service.instead.append(refusing(503))
    assert_ends(run_weightmark("doctor", env=given), 3, "HTTP status 503")
    assert TOKEN not in finished.stdout + finished.stderr
