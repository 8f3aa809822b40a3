"""What the registry stores; eth_abi is the witness for the slots.

The numbers of the mappings' own slots are checked against the compiler's layout in
`tests.integration.test_chain_storage`.
"""

from __future__ import annotations

import pytest
from eth_abi.abi import encode as abi_encode
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.domain.strategies import addresses, hashes
from weightmark.domain import registry
from weightmark.domain.registry import (
    EMPTY_HEAD,
    FOREVER,
    AuthorityWord,
    HeadWord,
    Reason,
    ReleaseWord,
    Role,
    Status,
)
from weightmark.errors import ChainUnreachableError

PUBLISHER = "0x52908400098527886E0F7030069857D2E4169EE7"
times = st.integers(0, 2**40 - 1)
words = st.integers(0, 2**256 - 1)


def mapped(kind: str, key: object, slot: int) -> int:
    """Return Solidity's slot of a mapping's value."""
    return int.from_bytes(keccak(abi_encode([kind, "uint256"], [key, slot])), "big")


@given(hashes)
def test_slots_of_a_release_are_adjacent(release_id: bytes) -> None:
    first = mapped("bytes32", release_id, registry.RELEASES_SLOT)
    assert registry.release_slots(release_id) == (first, first + 1)


@given(hashes)
def test_slots_of_heads(model_id: bytes) -> None:
    assert registry.head_slot(model_id) == mapped("bytes32", model_id, registry.HEADS_SLOT)


@given(addresses, st.integers(0, 2**32 - 1), hashes)
def test_slots_of_a_publisher(publisher: str, index: int, fingerprint: bytes) -> None:
    inner = mapped("address", publisher, registry.AUTHORITIES_SLOT)
    assert registry.authority_slot(publisher, index) == mapped("uint256", index, inner)
    assert registry.authority_count_slot(publisher) == mapped(
        "address", publisher, registry.AUTHORITY_COUNTS_SLOT
    )
    keys = mapped("address", publisher, registry.SIGNING_KEYS_SLOT)
    assert registry.signing_key_slot(publisher, fingerprint) == mapped("bytes32", fingerprint, keys)


@given(
    st.builds(
        ReleaseWord,
        times,
        times,
        st.sampled_from(Status),
        st.sampled_from(Reason),
        times,
        st.integers(0, 2**32 - 1),
    )
)
def test_release_words_unpack_as_the_contract_packs_them(word: ReleaseWord) -> None:
    packed = word.registered_at | word.sequence << 40 | word.status << 80 | word.reason << 88
    packed |= word.status_at << 96 | word.authority_index << 136
    assert ReleaseWord.unpack(packed) == word
    assert word.is_registered == (word.registered_at > 0)
    assert word.is_revoked == (word.status is Status.REVOKED)


@given(st.builds(AuthorityWord, addresses.map(str.lower), times, times, st.sampled_from(Role)))
def test_authority_words_unpack_as_the_contract_packs_them(word: AuthorityWord) -> None:
    packed = int(word.account, 16) | word.valid_from << 160 | word.until << 200 | word.role << 240
    assert AuthorityWord.unpack(packed, publisher=PUBLISHER, index=3) == word


@pytest.mark.parametrize(("offset", "number"), [(80, 3), (80, 255), (88, 5), (88, 255)], ids=str)
def test_numbers_that_the_contract_does_not_know_are_nonsense(offset: int, number: int) -> None:
    with pytest.raises(ChainUnreachableError, match="cannot have written"):
        ReleaseWord.unpack(number << offset)


@pytest.mark.parametrize("role", [0, 3, 255])
def test_a_role_that_the_contract_does_not_know_is_nonsense(role: int) -> None:
    with pytest.raises(ChainUnreachableError, match="cannot have written"):
        AuthorityWord.unpack(1 | role << 240, publisher=PUBLISHER, index=0)


def test_an_unwritten_index_0_is_the_publisher_as_owner_for_ever() -> None:
    word = AuthorityWord.unpack(0, publisher=PUBLISHER, index=0)
    assert word == AuthorityWord(PUBLISHER, 0, FOREVER, Role.OWNER)


def test_any_other_unwritten_index_is_no_authority() -> None:
    assert AuthorityWord.unpack(0, publisher=PUBLISHER, index=1) is None


@pytest.mark.parametrize(("time", "valid"), [(9, False), (10, True), (19, True), (20, False)])
def test_an_authority_is_valid_from_its_first_second_until_before_its_end(
    time: int, valid: bool
) -> None:
    assert AuthorityWord(PUBLISHER, 10, 20, Role.OWNER).is_valid_at(time) is valid


@given(words)
def test_head_words_pack_and_unpack(word: int) -> None:
    assert HeadWord.unpack(word).packed == word


@given(hashes, hashes)
def test_the_head_after_one_more_release(release_id: bytes, commitment: bytes) -> None:
    before = HeadWord(6, 7)
    packed = 6 << 216 | 7
    linked = keccak(abi_encode(["uint256", "bytes32", "bytes32"], [packed, release_id, commitment]))
    after = before.next(release_id, commitment)
    assert after == HeadWord(7, int.from_bytes(linked[:27], "big"))


def test_the_head_tells_the_order_of_releases() -> None:
    one, other = (b"\1" * 32, b"\2" * 32), (b"\3" * 32, b"\4" * 32)
    assert EMPTY_HEAD.next(*one).next(*other) != EMPTY_HEAD.next(*other).next(*one)


def test_reasons_have_the_words_of_the_command_line() -> None:
    labels = [each.label for each in Reason]
    assert labels == ["none", "withdrawn", "vulnerable", "compromised", "superseded"]
