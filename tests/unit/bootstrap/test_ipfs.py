"""Who keeps content and who gives it, by what is configured."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fakes.pinning_service import TOKEN
from weightmark.adapters.ipfs.kubo_rpc import AUTHORIZATION_VARIABLE
from weightmark.adapters.ipfs.pinning_api import TOKEN_VARIABLE
from weightmark.bootstrap.application import Application
from weightmark.bootstrap.ipfs import Target, block_sources, pin_targets
from weightmark.bootstrap.ipfs_settings import (
    GATEWAYS_VARIABLE,
    KUBO_URL_VARIABLE,
    SERVICE_URL_VARIABLE,
)
from weightmark.errors import ConfigurationError, UsageError

SERVICE = (Target.PINNING_SERVICE,)
URL = "https://pins.example/psa"


def application(folder: Path, **environment: str) -> Application:
    variables = {"WEIGHTMARK_HOME": str(folder / "home")} | environment
    return Application.load({}, variables, folder)


@pytest.mark.parametrize("variable", [TOKEN_VARIABLE, f"{TOKEN_VARIABLE}_FILE"])
def test_a_service_is_named_by_its_host_and_once(tmp_path: Path, variable: str) -> None:
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    tokens = {TOKEN_VARIABLE: TOKEN, f"{TOKEN_VARIABLE}_FILE": str(tmp_path / "token")}
    given = {variable: tokens[variable], SERVICE_URL_VARIABLE: URL}
    (target,) = pin_targets(application(tmp_path, **given), SERVICE * 2)
    assert target.name == "the pinning service https://pins.example"


def test_a_service_without_a_url_or_a_token_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no pinning service is configured") as caught:
        pin_targets(application(tmp_path, **{TOKEN_VARIABLE: TOKEN}), SERVICE)
    assert SERVICE_URL_VARIABLE in caught.value.hint
    with pytest.raises(ConfigurationError, match=r"access token .* is not set") as caught:
        pin_targets(application(tmp_path, **{SERVICE_URL_VARIABLE: URL}), SERVICE)
    assert TOKEN_VARIABLE in caught.value.hint
    missing = {SERVICE_URL_VARIABLE: URL, f"{TOKEN_VARIABLE}_FILE": str(tmp_path / "missing")}
    with pytest.raises(ConfigurationError, match="missing cannot be read"):
        pin_targets(application(tmp_path, **missing), SERVICE)


def test_a_service_waits_for_what_a_node_has_by_then(tmp_path: Path) -> None:
    found = application(tmp_path, **{TOKEN_VARIABLE: TOKEN, SERVICE_URL_VARIABLE: URL})
    targets = pin_targets(found, (*SERVICE, Target.EMBEDDED, Target.KUBO))
    names = [target.name.partition(" http")[0] for target in targets]
    assert names == ["the Kubo node", "the pinning service"]


def test_who_keeps_nothing_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"'pinning\\x1bservice' keeps no content") as caught:
        pin_targets(application(tmp_path), ["pinning\x1bservice"])
    assert "pinning-service" in caught.value.hint


# What a URL would reach or carry that no service of IPFS has to do with.
UNFIT = [
    "ftp://host.example",
    "file:///etc/passwd",
    "gopher://127.0.0.1:70/_",
    "data:,",
    "/var/run/docker.sock",
    "host.example",
    "https://",
    "https://host.example:port",
    "https://[::1",
    "https://user:planted-password@host.example",
    "https://planted-password@host.example",
    "https://127.0.0.1\\@host.example",
    "https://host.example?planted-password",
    "https://host.example/#planted-password",
]


# What uses the URL of each variable.
USED: dict[str, Callable[[Application], object]] = {
    GATEWAYS_VARIABLE: lambda found: block_sources(found, ()),
    KUBO_URL_VARIABLE: lambda found: pin_targets(found, ()),
    SERVICE_URL_VARIABLE: lambda found: pin_targets(found, SERVICE),
}


@pytest.mark.parametrize("url", UNFIT)
@pytest.mark.parametrize("variable", USED)
def test_urls_that_are_fit_for_no_service(tmp_path: Path, variable: str, url: str) -> None:
    found = application(tmp_path, **{TOKEN_VARIABLE: TOKEN, variable: url})
    with pytest.raises(ConfigurationError) as caught:
        USED[variable](found)
    assert "planted-password" not in caught.value.message + caught.value.hint


NODE = "the Kubo node https://node.example"


def test_a_node_that_is_configured_keeps_and_gives(tmp_path: Path) -> None:
    found = application(tmp_path, **{KUBO_URL_VARIABLE: "https://node.example"})
    assert [target.name for target in pin_targets(found, ())] == [NODE]
    assert [target.name for target in pin_targets(found, ["embedded"])] == []
    assert [source.name for source in block_sources(found, ())][-1] == NODE


def test_a_node_that_is_named_is_the_usual_one_of_this_machine(tmp_path: Path) -> None:
    found = application(tmp_path)
    (target,) = pin_targets(found, ["kubo"])
    assert target.name == "the Kubo node http://127.0.0.1:5001"
    assert [source for source in block_sources(found, ()) if "Kubo" in source.name] == []


def test_an_authorization_is_for_nodes_that_get_it_encrypted(tmp_path: Path) -> None:
    given = {AUTHORIZATION_VARIABLE: "Bearer planted", KUBO_URL_VARIABLE: "http://node.example"}
    with pytest.raises(ConfigurationError, match="without encryption") as caught:
        pin_targets(application(tmp_path, **given), ())
    assert "planted" not in caught.value.message


def test_gateways_that_the_call_names_take_the_place_of_others(tmp_path: Path) -> None:
    found = application(tmp_path, **{GATEWAYS_VARIABLE: "https://a.example,https://b.example"})
    names = [source.name for source in block_sources(found, ())]
    assert names[-2:] == ["the gateway https://a.example", "the gateway https://b.example"]
    named = [source.name for source in block_sources(found, ["https://c.example"])]
    assert named[-1] == "the gateway https://c.example"
    assert len(named) == len(names) - 1
