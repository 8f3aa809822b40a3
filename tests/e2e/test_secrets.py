"""Planted secrets: a key, a password, and an endpoint with a key in its URL. None is ever shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.command import Weightmark
from tests.e2e.nodes import FOREIGN_NETWORK, Node, broken_endpoint
from tests.e2e.releases import Finished, Release, assert_ends, document, write_model

KEY = "5ec2e7" + "57" * 29
PASSWORD = "planted-password"
PATH_KEY = "planted-api-key-in-the-path"
QUERY_KEY = "planted-api-key-in-the-query"
USER_KEY = "planted-user-key"
SECRETS = (KEY, PASSWORD, PATH_KEY, QUERY_KEY, USER_KEY)
ENVIRONMENT = {"WEIGHTMARK_KEY_PASSWORD": PASSWORD}
NAMED = ("--name", "acme/digits", "--version", "1.0.0")


def assert_silent(finished: Finished) -> None:
    output = (finished.stdout + finished.stderr).lower()
    assert [secret for secret in SECRETS if secret in output] == []
    assert "traceback" not in output


def files_that_tell(folder: Path, secrets: tuple[str, ...]) -> list[str]:
    """Return the files that hold a secret as text or as bytes."""
    wanted = [secret.encode() for secret in secrets]
    wanted += [bytes.fromhex(KEY)] if KEY in secrets else []
    return [
        path.name
        for path in folder.rglob("*")
        if path.is_file() and any(each in path.read_bytes().lower() for each in wanted)
    ]


@pytest.fixture
def weightmark(run_weightmark: Weightmark, tmp_path: Path) -> Iterator[Weightmark]:
    """Return the command with a planted key, and look through all files at the end."""
    given = tmp_path / "key.hex"
    given.write_text(KEY)
    imported = ("keys", "import", "planted", "--from-file", given, "--json")
    finished = run_weightmark(*imported, env=ENVIRONMENT)
    given.unlink()
    assert_ends(finished, 0)
    assert_silent(finished)
    yield run_weightmark
    assert files_that_tell(run_weightmark.home, (KEY, PASSWORD)) == []
    assert files_that_tell(tmp_path, SECRETS) == []


@pytest.mark.parametrize("as_json", [(), ("--json",)], ids=["text", "JSON"])
def test_a_key_and_its_password(
    weightmark: Weightmark, tmp_path: Path, as_json: tuple[str, ...]
) -> None:
    model = write_model(tmp_path / "model")
    publish: tuple[str | Path, ...] = ("publish", model, *NAMED, "--key", "planted", *as_json)
    runs: list[tuple[int, tuple[str | Path, ...], Mapping[str, str]]] = [
        (4, publish, {"WEIGHTMARK_KEY_PASSWORD": f"{PASSWORD}-mistyped"}),
        (4, publish, {"WEIGHTMARK_PRIVATE_KEY": f"{KEY}00"}),
        (0, publish, ENVIRONMENT),
        (0, publish, {"WEIGHTMARK_PRIVATE_KEY": KEY}),
        (0, (*publish, "--version", "1.1.0", "--sign-key", "planted"), ENVIRONMENT),
        (0, ("keys", "show", "planted", *as_json), ENVIRONMENT),
        (0, ("keys", "list", *as_json), ENVIRONMENT),
        (0, ("doctor", "--key", "planted", *as_json), ENVIRONMENT),
    ]
    for status, arguments, environment in runs:
        finished = weightmark(*arguments, env=environment)
        assert_silent(finished)
        assert_ends(finished, status)


def test_a_key_is_never_an_argument(weightmark: Weightmark) -> None:
    """Who tries it all the same does not read it again in the error."""
    for arguments in (("publish", ".", *NAMED, "--key", KEY), ("keys", "show", KEY)):
        finished = weightmark(*arguments)
        assert finished.returncode == 4
        assert_silent(finished)


def secretive(url: str) -> str:
    scheme, _, host = url.partition("://")
    return f"{scheme}://user:{USER_KEY}@{host}/v2/{PATH_KEY}?key={QUERY_KEY}"


def test_an_endpoint_with_a_key(run_weightmark: Weightmark) -> None:
    echo = f"<html>no: /v2/{PATH_KEY}?key={QUERY_KEY}</html>".encode()
    late = f"<html>{' ' * 40}{QUERY_KEY}".encode()
    refusal = f'{{"id":1,"error":{{"message":"bad key {QUERY_KEY}"}}}}'.encode()
    for status, body in ((200, echo), (200, late), (500, echo), (401, refusal), (200, refusal)):
        with broken_endpoint(status, body) as url:
            for as_json in ([], ["--json"]):
                finished = run_weightmark(
                    "network", "check", "sepolia", "--rpc-url", secretive(url), *as_json
                )
                assert_silent(finished)
                assert "planted" not in finished.stdout + finished.stderr
                assert_ends(finished, 3, url)


def test_an_endpoint_that_is_kept(run_weightmark: Weightmark) -> None:
    kept = secretive("http://127.0.0.1:1")
    added = ("network", "add", "sepolia", "--chain-id", "11155111", "--rpc-url", kept)
    commands: list[tuple[int, tuple[str, ...]]] = [
        (0, added),
        (0, ("network", "list")),
        (3, ("network", "check", "sepolia")),
        (3, ("doctor", "--network", "sepolia")),
        (1, added),
    ]
    for status, arguments in commands:
        for as_json in ([], ["--json"]):
            finished = run_weightmark(*arguments, *as_json)
            assert_silent(finished)
            assert finished.returncode == status or arguments == added
    assert (run_weightmark.home / "networks.toml").stat().st_mode & 0o777 == 0o600


def test_an_endpoint_that_works(foreign_release: Release, node: Node) -> None:
    with_key = f"{node.url}/?key={QUERY_KEY}"
    chain = ("--network", FOREIGN_NETWORK, "--rpc-url", with_key)
    for command in (("verify", foreign_release.model), ("log", "me/acme/digits")):
        for as_json in ([], ["--json"]):
            finished = foreign_release.weightmark(*command, *chain, *as_json)
            assert_ends(finished, 0)
            assert_silent(finished)
    assert files_that_tell(foreign_release.home, (QUERY_KEY,)) == []


def test_a_configuration_that_is_malformed(run_weightmark: Weightmark) -> None:
    (run_weightmark.home / "weightmark.toml").write_text(f'rpc_url = "{PATH_KEY}\nx = ')
    finished = run_weightmark("network", "list", "--json")
    assert_silent(finished)
    assert document(finished)["error"]["code"] == "bad-configuration"
