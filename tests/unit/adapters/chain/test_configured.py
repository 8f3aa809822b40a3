"""Which chain a network's name stands for, and how it is reached."""

from __future__ import annotations

from pathlib import Path

import pytest

from weightmark.adapters.chain.configured import ConfiguredChains
from weightmark.adapters.signing.ethereum import PrivateKey
from weightmark.domain.networks import LOCAL, Network
from weightmark.errors import ConfigurationError, UsageError, ValueFormatError

ACCOUNT = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
KEY = PrivateKey(bytes(31) + b"\x01")
SEPOLIA = Network("sepolia", 11155111, "https://rpc.example")
BARE = Network("bare", 77)
ELSEWHERE = "https://elsewhere.example"


def chains(*networks: Network, rpc_url: str = "", chosen: str = "") -> ConfiguredChains:
    known = (LOCAL, SEPOLIA, BARE, *networks)
    return ConfiguredChains(known, Path("none"), Path("none"), rpc_url, chosen)


def test_a_network_is_known_by_its_name_or_its_number() -> None:
    assert chains().network("sepolia") == chains().network("11155111") == SEPOLIA
    own = Network("sepolia", 11155111, ELSEWHERE)
    assert chains(own).network("sepolia") == own
    assert chains().default == LOCAL
    assert chains().chosen is None
    assert chains(chosen="bare").chosen == BARE


def test_a_number_that_nobody_knows_needs_an_endpoint() -> None:
    assert chains(rpc_url=ELSEWHERE).network("123") == Network("chain-123", 123, ELSEWHERE)
    for known, name in (
        (chains(), "123"),
        (chains(rpc_url=ELSEWHERE), "nowhere"),
        (chains(rpc_url=ELSEWHERE), "\u0661\u0662"),
        (chains(rpc_url=ELSEWHERE), "-5"),
        (chains(rpc_url=ELSEWHERE), ""),
    ):
        with pytest.raises(ValueFormatError, match="no network is called") as caught:
            known.network(name)
        assert "weightmark network add" in caught.value.hint


def test_a_name_from_elsewhere_is_shown_short_and_harmless() -> None:
    with pytest.raises(ValueFormatError) as caught:
        chains().network("\x1b[2J" + "a" * 500)
    assert "\x1b" not in caught.value.message
    assert "a" * 77 not in caught.value.message


def test_the_embedded_chain_is_at_no_endpoint() -> None:
    known = chains(rpc_url=ELSEWHERE)
    for act in (
        lambda: known.reader(LOCAL),
        lambda: known.drafter(LOCAL, ACCOUNT),
        lambda: known.writer(LOCAL, KEY),
    ):
        with pytest.raises(UsageError, match="the embedded chain has no endpoint") as caught:
            act()
        assert caught.value.hint == "name the chain: --network NAME"


def test_a_network_without_an_endpoint_says_how_to_give_one() -> None:
    for act in (
        lambda: chains().reader(BARE),
        lambda: chains().probe(BARE),
        lambda: chains().drafter(BARE, ACCOUNT),
        lambda: chains().writer(BARE, KEY),
    ):
        with pytest.raises(ConfigurationError, match="no endpoint is known for 'bare'") as caught:
            act()
        assert "network add bare --chain-id 77 --rpc-url URL" in caught.value.hint


def test_opening_a_chain_for_an_account_asks_nothing_yet() -> None:
    assert chains().drafter(SEPOLIA, ACCOUNT).account == ACCOUNT
    assert chains(rpc_url=ELSEWHERE).drafter(BARE, ACCOUNT).account == ACCOUNT
