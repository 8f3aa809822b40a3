"""``weightmark serve`` and ``weightmark ipfs serve``, as far as they go without a socket."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable

import pytest

from weightmark.api import server
from weightmark.api.running import Listening
from weightmark.cli.main import run

SERVERS = {
    ("serve",): ("serve", 8480, "may ask"),
    ("ipfs", "serve"): ("serve_blocks", 8090, "read"),
}


@pytest.mark.parametrize("words", SERVERS)
@pytest.mark.parametrize("package", ["fastapi", "uvicorn"])
def test_a_missing_package_is_named(
    words: tuple[str, ...],
    package: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in [name for name in sys.modules if name.startswith("weightmark.api")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    assert run([*words, "--json"]) == 3
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["code"] == "missing-extra"
    assert package in error["message"]
    assert "weightmark[server]" in error["hint"]


def test_another_missing_module_is_not_explained_away(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "weightmark.api.server", None)
    assert run(["serve"]) == 3
    told = capsys.readouterr().err
    assert "ModuleNotFoundError" in told
    assert "a bug of weightmark" in told


@pytest.mark.parametrize("words", SERVERS)
@pytest.mark.parametrize(
    ("host", "url", "is_warned"),
    [
        ("127.0.0.1", "http://127.0.0.1", False),
        ("127.8.9.1", "http://127.8.9.1", False),
        ("::1", "http://[::1]", False),
        ("0.0.0.0", "http://0.0.0.0", True),
        ("::", "http://[::]", True),
        ("192.0.2.1", "http://192.0.2.1", True),
    ],
)
def test_whoever_can_ask_is_told(
    words: tuple[str, ...],
    host: str,
    url: str,
    is_warned: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    function, port, warning = SERVERS[words]

    def serve(_: object, host: str, port: int, announce: Callable[[Listening], None]) -> None:
        announce(Listening(host, port))

    monkeypatch.setattr(server, function, serve)
    assert run([*words, "--host", host, "--json"]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out) == {"host": host, "port": port}
    assert f"listening on {url}:{port};" in captured.err
    assert (warning in captured.err) is is_warned
    assert ("no authentication" in captured.err) is is_warned
