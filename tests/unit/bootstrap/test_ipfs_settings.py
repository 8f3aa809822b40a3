"""What is configured of IPFS, and who may choose to whom something is sent."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from weightmark.bootstrap.ipfs_settings import (
    DEFAULT_SERVICE_SECONDS,
    GATEWAYS_VARIABLE,
    KUBO_URL_VARIABLE,
    MAX_GATEWAYS,
    MAX_SERVICE_SECONDS,
    SERVICE_TIMEOUT_VARIABLE,
    SERVICE_URL_VARIABLE,
    IpfsSettings,
)
from weightmark.bootstrap.settings import FILE_NAME, load_settings
from weightmark.errors import ConfigurationError

Load = Callable[..., IpfsSettings]


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """Return the configuration of the working directory, which is not there yet."""
    (tmp_path / "work").mkdir()
    return tmp_path / "work" / FILE_NAME


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """Return the user's configuration, which is not there yet."""
    (tmp_path / "home").mkdir()
    return tmp_path / "home" / FILE_NAME


@pytest.fixture
def load(here: Path, mine: Path) -> Load:
    def call(**environment: str) -> IpfsSettings:
        variables = {"WEIGHTMARK_HOME": str(mine.parent)} | environment
        return load_settings({}, variables, here.parent).ipfs

    return call


def test_nothing_is_configured(load: Load) -> None:
    assert load() == IpfsSettings()
    assert load().pinning_service_seconds == DEFAULT_SERVICE_SECONDS == 600


def test_everything_is_configured(mine: Path, load: Load) -> None:
    mine.write_text(
        "[ipfs]\ngateways = ['https://a.example', 'https://b.example']\n"
        "[ipfs.kubo]\nurl = 'http://127.0.0.1:5001'\n"
        "[ipfs.pinning-service]\nurl = 'https://pins.example'\ntimeout = 60\n"
    )
    assert load() == IpfsSettings(
        ("https://a.example", "https://b.example"),
        "http://127.0.0.1:5001",
        "https://pins.example",
        60,
    )


# Settings that all sources may hold: a name, a line of a file, a variable, how they are written
# for a number, and what that gives.
SHARED: list[tuple[str, str, str, str, Callable[[str], Any]]] = [
    (
        "gateways",
        "[ipfs]\ngateways = ['%s']",
        GATEWAYS_VARIABLE,
        "https://gateway-%d.example",
        lambda text: (text,),
    ),
    (
        "pinning_service_seconds",
        "[ipfs.pinning-service]\ntimeout = %s",
        SERVICE_TIMEOUT_VARIABLE,
        "%d",
        int,
    ),
]


@pytest.mark.parametrize(
    ("name", "line", "variable", "written", "value"), SHARED, ids=["gateways", "timeout"]
)
def test_the_first_source_that_has_it_decides(
    here: Path,
    mine: Path,
    load: Load,
    name: str,
    line: str,
    variable: str,
    written: str,
    value: Callable[[str], Any],
) -> None:
    texts = [written % number for number in (1, 2, 3)]
    for presence in product([True, False], repeat=3):
        in_variable, is_here, is_mine = presence
        here.write_text(line % texts[1] if is_here else "")
        mine.write_text(line % texts[2] if is_mine else "")
        found = load(**{variable: texts[0] if in_variable else ""})
        present = [text for text, there in zip(texts, presence, strict=True) if there]
        expected = value(present[0]) if present else getattr(IpfsSettings(), name)
        assert getattr(found, name) == expected


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254", "http://localhost:8080", "http://b.example", "//b.example"]
)
def test_only_the_user_names_gateways_of_a_network_of_theirs(
    here: Path, mine: Path, load: Load, url: str
) -> None:
    """What reaches machines that others cannot is no matter of files that anybody wrote."""
    line = f"[ipfs]\ngateways = ['https://a.example', '{url}']"
    mine.write_text(line)
    assert load().gateways == ("https://a.example", url)
    here.write_text(line)
    with pytest.raises(ConfigurationError, match="a gateway without https://") as caught:
        load(**{GATEWAYS_VARIABLE: "https://b.example"})
    assert str(here) in caught.value.message
    assert GATEWAYS_VARIABLE in caught.value.hint


@pytest.mark.parametrize(
    ("table", "variable", "name"),
    [
        ("kubo", KUBO_URL_VARIABLE, "kubo_url"),
        ("pinning-service", SERVICE_URL_VARIABLE, "pinning_service_url"),
    ],
)
def test_only_the_user_says_who_is_sent_models_and_tokens(
    here: Path, mine: Path, load: Load, table: str, variable: str, name: str
) -> None:
    line = f"[ipfs.{table}]\nurl = 'https://%s.example'"
    mine.write_text(line % "mine")
    assert getattr(load(), name) == "https://mine.example"
    assert getattr(load(**{variable: "https://v.example"}), name) == "https://v.example"
    here.write_text(line % "theirs")
    # Though the variable decides: who reads its message should know what lies here.
    for environment in ({}, {variable: "https://v.example"}):
        with pytest.raises(ConfigurationError, match=rf"ipfs\.{table}") as caught:
            load(**environment)
        assert str(here) in caught.value.message
        assert variable in caught.value.hint
        assert "theirs" not in caught.value.message


def test_gateways_are_separated_by_commas_or_space(load: Load) -> None:
    urls = " https://a.example,https://b.example\n,,https://c.example ,"
    found = load(**{GATEWAYS_VARIABLE: urls})
    assert found.gateways == ("https://a.example", "https://b.example", "https://c.example")


@pytest.mark.parametrize(
    "text", ["0", "-1", "1.5", "x", "٣", str(MAX_SERVICE_SECONDS + 1), "9" * 99]
)
def test_a_time_that_is_none_is_refused(load: Load, text: str) -> None:
    with pytest.raises(ConfigurationError, match=SERVICE_TIMEOUT_VARIABLE) as caught:
        load(**{SERVICE_TIMEOUT_VARIABLE: text})
    assert len(caught.value.message) < 200


@pytest.mark.parametrize(
    "text",
    [
        "[ipfs]\ngateway = ['https://a.example']",
        "[ipfs]\ngateways = 'https://a.example'",
        f"[ipfs]\ngateways = {['x'] * (MAX_GATEWAYS + 1)}",
        "[ipfs.pinning_service]\nurl = 'x'",
        "[ipfs.pinning-service]\ntoken = 'x'",
        "[ipfs.pinning-service]\ntimeout = 0",
        f"[ipfs.pinning-service]\ntimeout = {MAX_SERVICE_SECONDS + 1}",
        '[ipfs.kubo]\nurl = "a\\u0000b"',
        "ipfs = 1",
    ],
)
def test_what_is_malformed_is_refused(mine: Path, load: Load, text: str) -> None:
    mine.write_text(text)
    with pytest.raises(ConfigurationError, match="malformed") as caught:
        load()
    assert "ipfs" in caught.value.hint
