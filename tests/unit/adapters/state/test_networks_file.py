"""The networks that a user added."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from weightmark.adapters.state.atomic import MAX_SMALL_FILE
from weightmark.adapters.state.networks_file import NetworksFile
from weightmark.domain.networks import BUILT_IN, LOCAL, Network
from weightmark.errors import (
    AlreadyExistsError,
    ConfigurationError,
    InputError,
    ValueFormatError,
)

URL = "https://rpc.example.org/key"
MINE = Network("mine", 1234, URL)
SEPOLIA = Network("sepolia", 11155111, URL)
# The largest chain id that EIP-2294 allows.
LARGEST = 9_223_372_036_854_775_771


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "networks.toml"


@pytest.fixture
def networks(path: Path) -> NetworksFile:
    return NetworksFile(path)


def test_without_a_file_the_built_in_networks_are_there(networks: NetworksFile) -> None:
    assert networks.all() == BUILT_IN


def test_an_added_network_is_there(path: Path, networks: NetworksFile) -> None:
    networks.add(MINE)
    networks.add(Network("no-endpoint", LARGEST))
    assert NetworksFile(path).all() == (*BUILT_IN, MINE, Network("no-endpoint", LARGEST))
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_built_in_network_gets_an_endpoint(networks: NetworksFile) -> None:
    networks.add(SEPOLIA)
    assert SEPOLIA in networks.all()
    assert [each.name for each in networks.all()].count("sepolia") == 1


ELSEWHERE = ["https://rpc.example.org", "http://10.0.0.1:8545", "http://localhost.example.org"]


@pytest.mark.parametrize("url", ELSEWHERE)
def test_a_chain_of_this_machine_has_an_endpoint_there(
    path: Path, networks: NetworksFile, url: str
) -> None:
    """The newest block of such a chain counts as final."""
    with pytest.raises(ConfigurationError, match="is another machine's") as caught:
        networks.add(Network("another-anvil", 31337, url))
    assert "--chain-id" in caught.value.hint
    assert not path.exists()
    networks.add(Network("another-anvil", 31337, "http://[::1]:8546"))
    path.write_text(path.read_text().replace("http://[::1]:8546", url))
    with pytest.raises(ConfigurationError, match="is another machine's"):
        networks.all()


@pytest.mark.parametrize("url", ["", "http://127.0.0.1:8545"])
def test_no_added_network_is_the_embedded_chain(networks: NetworksFile, url: str) -> None:
    with pytest.raises(ConfigurationError, match="the embedded chain"):
        networks.add(Network("mine", LOCAL.chain_id, url))
    assert networks.all() == BUILT_IN


@pytest.mark.parametrize("other", [MINE, Network("mine", 1235), Network("sepolia", 1)])
def test_a_name_stands_for_one_network(networks: NetworksFile, other: Network) -> None:
    networks.add(MINE)
    with pytest.raises(AlreadyExistsError, match="is known, with chain id"):
        networks.add(other)
    assert networks.all() == (*BUILT_IN, MINE)


@pytest.mark.parametrize(
    ("network", "error"),
    [
        (Network("Mine", 1), ValueFormatError),
        (Network("a:b", 1), ValueFormatError),
        (Network("1", 31337), ConfigurationError),
        (Network("mine", 0), ConfigurationError),
        (Network("mine", -1), ConfigurationError),
        (Network("mine", LARGEST + 1), ConfigurationError),
        (Network("mine", 1, "ftp://example.org"), ConfigurationError),
        (Network("mine", 1, "rpc.example.org"), ConfigurationError),
    ],
)
def test_a_network_that_breaks_a_rule(
    path: Path, networks: NetworksFile, network: Network, error: type[InputError]
) -> None:
    with pytest.raises(error):
        networks.add(network)
    assert not path.exists()


@pytest.mark.parametrize(
    "data",
    [
        b"\xff",
        b"[[network]",
        b"networks = []",
        b"x = " + b"[" * 100_000,
        b"[[network]]\nname = 'mine'",
        b"[[network]]\nname = 'mine'\nchain_id = '1'",
        b"[[network]]\nname = 'mine'\nchain_id = 0",
        b"[[network]]\nname = 'mine'\nchain_id = 1\nurl = ''",
        b"#" * (MAX_SMALL_FILE + 1),
    ],
    ids=range(9),
)
def test_a_malformed_file_is_refused_and_not_replaced(
    path: Path, networks: NetworksFile, data: bytes
) -> None:
    path.write_bytes(data)
    for use in (networks.all, lambda: networks.add(MINE)):
        with pytest.raises(ConfigurationError):
            use()
    assert path.read_bytes() == data


def test_a_folder_in_place_of_the_file(path: Path, networks: NetworksFile) -> None:
    path.mkdir()
    with pytest.raises(ConfigurationError, match="cannot be read: Is a directory"):
        networks.all()


def test_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ConfigurationError, match="not a regular file"):
        NetworksFile(tmp_path / "pipe").all()
