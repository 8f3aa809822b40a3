"""The real ``weightmark serve``, asked over HTTP."""

from __future__ import annotations

import json
import signal
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.command import PATIENCE, Weightmark
from tests.conftest import ModelMaker
from tests.e2e.servers import WEB_API, assert_a_signal_ends, serving

NAMED = "/v1/releases/me/acme/digits/1.0.0"


def document(weightmark: Weightmark, *arguments: str | Path) -> Any:
    finished = weightmark(*arguments, "--json")
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return json.loads(finished.stdout)


@pytest.fixture
def model(tmp_path: Path, make_model: ModelMaker) -> Path:
    """Return a small model."""
    return make_model(tmp_path / "model")


def publish(weightmark: Weightmark, model: Path) -> None:
    document(weightmark, "publish", model, "--name", "acme/digits", "--version", "1.0.0")


def test_answers_are_those_of_the_command_line(run_weightmark: Weightmark, model: Path) -> None:
    publish(run_weightmark, model)
    shown = document(run_weightmark, "show", "me/acme/digits@1.0.0")
    (file,) = document(run_weightmark, "find", model / "config.json")
    entries = json.loads((model / "weightmark.json").read_text())["files"]
    (digest,) = (entry["digest"] for entry in entries if entry["path"] == "config.json")
    with serving(run_weightmark, *WEB_API) as client:
        assert client.get(NAMED).json() == shown
        assert client.get(f"/v1/releases/{shown['release_id']}").json() == shown
        assert client.get(f"/v1/publishers/{shown['publisher']}").json() == [shown]
        found = {**file, "releases": [shown], "error": None}
        assert client.get(f"/v1/files/{digest}").json() == [found]
        assert client.get("/openapi.json").json()["info"]["title"] == "Weightmark"


def test_nothing_is_kept_from_one_request_to_the_next(
    run_weightmark: Weightmark, model: Path
) -> None:
    with serving(run_weightmark, *WEB_API) as client:
        assert client.get("/healthz").json()["code"] == "not-deployed"
        assert client.get(NAMED).status_code == 422
        publish(run_weightmark, model)
        health = client.get("/healthz").json()
        assert (health["status"], health["network"]) == ("ok", "local")
        assert client.get(NAMED).json()["status"] == "current"
        document(run_weightmark, "revoke", "me/acme/digits@1.0.0", "--reason", "compromised")
        assert client.get(NAMED).json()["status"] == "revoked"
        assert client.get("/healthz").json()["block_number"] > health["block_number"]


def test_many_ask_at_once(run_weightmark: Weightmark, model: Path) -> None:
    publish(run_weightmark, model)
    with serving(run_weightmark, *WEB_API) as client, ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(client.get, [NAMED] * 32))
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.text for answer in answers}) == 1


def test_a_page_that_has_itself_resolved_to_loopback_gets_nothing(
    run_weightmark: Weightmark,
) -> None:
    with serving(run_weightmark, *WEB_API) as client:
        answer = client.get("/openapi.json", headers={"Host": "evil.example"})
        assert answer.status_code == 421
        assert answer.json()["code"] == "not-authorized"


def test_requests_beyond_all_bounds_are_refused(run_weightmark: Weightmark) -> None:
    with serving(run_weightmark, *WEB_API) as client:
        assert client.get(f"/{'a' * 2_000}").json()["status"] == 414
        assert client.get(f"/{'a' * 50_000}").json()["status"] == 414
        assert client.get("/nothing").json()["code"] == "missing-path"


def test_a_header_that_does_not_end_is_refused(run_weightmark: Weightmark) -> None:
    with (
        serving(run_weightmark, *WEB_API) as client,
        socket.create_connection((client.base_url.host, client.base_url.port or 0)) as connection,
    ):
        connection.settimeout(PATIENCE)
        connection.sendall(b"GET /healthz HTTP/1.1\r\nX-Endless: " + b"a" * 17_000)
        assert connection.recv(1024).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_while_connections_are_open(
    run_weightmark: Weightmark, number: signal.Signals
) -> None:
    assert_a_signal_ends(number, run_weightmark, *WEB_API, statuses={"/openapi.json": 200})


def test_a_port_that_is_taken_is_named(run_weightmark: Weightmark) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        finished = run_weightmark("serve", "--port", port)
        assert finished.returncode == 3
        assert f"cannot listen on port {port} of '127.0.0.1': " in finished.stderr
        assert "in use" in finished.stderr
        assert "Traceback" not in finished.stderr
        told = run_weightmark("serve", "--port", port, "--json")
        assert json.loads(told.stdout)["error"]["code"] == "unavailable"


@pytest.mark.parametrize("host", ["a..b", "x" * 64, "203.0.113.9"])
def test_a_host_that_is_not_this_machine_is_named(run_weightmark: Weightmark, host: str) -> None:
    finished = run_weightmark("serve", "--host", host, "--port", "0")
    assert finished.returncode == 3
    assert f"'{host}'" in finished.stderr
    assert "Traceback" not in finished.stderr


def test_an_error_of_the_servers_own_files_is_told_to_its_operator(
    run_weightmark: Weightmark, model: Path
) -> None:
    publish(run_weightmark, model)
    trust = run_weightmark.home / "trust.toml"
    trust.write_text("not toml at all")
    with serving(run_weightmark, *WEB_API, complaint=str(trust)) as client:
        answer = client.get(NAMED)
    assert answer.status_code == 503
    assert str(trust) not in answer.text
