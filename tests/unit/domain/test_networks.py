"""The chains that are known by name."""

from __future__ import annotations

from weightmark.domain.networks import BUILT_IN, LOCAL, Network


def test_names_and_chain_ids_are_unique() -> None:
    assert len({each.name for each in BUILT_IN}) == len(BUILT_IN)
    assert len({each.chain_id for each in BUILT_IN}) == len(BUILT_IN)


def test_only_chains_of_this_machine_count_every_block_as_final() -> None:
    assert {each.name for each in BUILT_IN if each.is_local} == {"local", "anvil"}
    assert LOCAL.chain_id == int.from_bytes(b"WMK", "big")
    assert LOCAL.is_embedded


def test_coins_are_called_by_their_names() -> None:
    coins = {each.name: each.coin for each in BUILT_IN}
    assert (coins["sepolia"], coins["base"], coins["polygon-amoy"]) == ("ETH", "ETH", "POL")
    assert Network("ours", 4242).coin == "coins"
