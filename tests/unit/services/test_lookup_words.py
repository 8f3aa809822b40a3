"""What a look-up reads of the chain beside the registrations: words, and successors."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.unit.services.world import ALICE, NAME, SEPOLIA, World
from weightmark.domain.identifiers import release_id_of
from weightmark.domain.registry import Reason, authority_slot, head_slot, release_slots
from weightmark.errors import ChainUnreachableError
from weightmark.ports.chain import Block
from weightmark.services.lookup import Lookup

FOREIGN_ID = b"\x77" * 32


def id_of(version: str) -> bytes:
    return release_id_of(ALICE, NAME, version)


@pytest.fixture
def two(world: World) -> World:
    """Return a world with two versions."""
    for version in ("1", "2"):
        world.publish(version)
    return world


def supersede(world: World, version: str, successor: bytes) -> None:
    world.revoke(Reason.SUPERSEDED, version)
    world.chain.blocks[-1].successors[id_of(version)] = successor


@pytest.mark.parametrize(
    ("successor", "told"), [(id_of("2"), "2"), (FOREIGN_ID, "0x" + "77" * 32)], ids=["own", "other"]
)
def test_a_superseded_release_names_its_successor(two: World, successor: bytes, told: str) -> None:
    supersede(two, "1", successor)
    lookup = Lookup(two.chains, SEPOLIA)
    assert lookup.release(ALICE, NAME, "1").successor == told
    assert lookup.release(ALICE, NAME, "2").successor == ""
    assert [each.successor for each in lookup.by_publisher(ALICE)] == [told, ""]


def test_a_release_that_was_revoked_for_good_later_has_no_successor(two: World) -> None:
    supersede(two, "1", id_of("2"))
    two.revoke(Reason.COMPROMISED, "1")
    assert Lookup(two.chains, SEPOLIA).release(ALICE, NAME, "1").successor == ""


def test_without_a_superseded_release_no_revocation_is_asked_for(
    two: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    two.revoke(Reason.COMPROMISED, "1")
    monkeypatch.delattr(type(two.chain).__mro__[1], "successors")
    assert len(Lookup(two.chains, SEPOLIA).by_publisher(ALICE)) == 2


def test_each_word_is_read_once(two: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    read = two.chain.words

    def listen(address: str, slots: Sequence[int], block: Block) -> tuple[int, ...]:
        asked.extend(slots)
        return read(address, slots, block)

    monkeypatch.setattr(two.chain, "words", listen)
    Lookup(two.chains, SEPOLIA).model(ALICE, NAME)
    wanted = [*release_slots(id_of("1")), *release_slots(id_of("2")), authority_slot(ALICE, 0)]
    assert sorted(asked) == sorted([*wanted, head_slot(two.evidence.model_id)])


def test_an_event_that_names_another_authority_is_found_out(two: World) -> None:
    second = release_slots(id_of("1"))[1]
    two.chain.set_words({second: two.chain.word(second) | 5 << 136})
    with pytest.raises(ChainUnreachableError, match="contradicts the registry's state"):
        Lookup(two.chains, SEPOLIA).model(ALICE, NAME)
