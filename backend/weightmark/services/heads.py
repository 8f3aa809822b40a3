"""Remembering how far a chain has come, so that it is noticed when it goes back."""

from __future__ import annotations

from contextlib import suppress

from weightmark.domain.networks import Network
from weightmark.domain.registry import head_slot
from weightmark.errors import UnavailableError
from weightmark.ports.chain import BlockTag
from weightmark.ports.chains import Chains
from weightmark.ports.records import HeadKey, Records, SeenHead


def remember_head(chains: Chains, network: Network, model_id: bytes, records: Records) -> None:
    """Keep the final head of a model, after something was written to the chain.

    What was written stands, also where this cannot be done; the next verification does it.
    """
    with suppress(UnavailableError):
        reader = chains.reader(network)
        registry = chains.registry.address
        block = reader.block(BlockTag.FINALIZED)
        (word,) = reader.words(registry, (head_slot(model_id),), block)
        key = HeadKey(network.chain_id, reader.genesis_hash(), registry, model_id)
        records.remember_head(key, SeenHead(word, block.number))
