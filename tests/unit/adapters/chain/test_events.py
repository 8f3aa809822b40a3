"""Events, and what pretends to be one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from eth_abi.abi import encode
from hypothesis import given
from hypothesis import strategies as st

from weightmark.adapters.chain.events import (
    REGISTERED_TOPIC,
    REVOKED_TOPIC,
    SIGNING_KEY_ADDED_TOPIC,
    EventLog,
    fingerprints_in,
    registration_of,
    topics_of,
)
from weightmark.contracts import load
from weightmark.domain.identifiers import check_version, model_id_of, release_id_of
from weightmark.domain.keccak import address_word, keccak256
from weightmark.domain.statements import Registration
from weightmark.errors import ChainUnreachableError, ValueFormatError
from weightmark.ports.chain import RegistrationFilter

PUBLISHER = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
TYPES = ("bytes32", "bytes32", "uint256", "string", "string", "bytes")
WORD = 1_700_000_000 | 7 << 40 | 1 << 80 | 1_700_000_000 << 96 | 3 << 136


def a_log(name: str = "acme/digits", version: str = "1.0.0", cid: bytes = b"\x03" * 36) -> EventLog:
    release_id = release_id_of(PUBLISHER, name, version)
    data = encode(TYPES, (release_id, b"\x02" * 32, WORD, name, version, cid))
    model_id = model_id_of(PUBLISHER, name)
    topics = (REGISTERED_TOPIC, model_id, address_word(PUBLISHER), b"\x01" * 32)
    return EventLog(topics, data, 12, b"\x09" * 32)


def with_byte(log: EventLog, position: int, value: int) -> EventLog:
    return replace(log, data=log.data[:position] + bytes([value]) + log.data[position + 1 :])


@pytest.mark.parametrize(
    ("name", "topic", "indexed", "unindexed"),
    [
        ("ReleaseRegistered", REGISTERED_TOPIC, 3, 6),
        ("ReleaseRevoked", REVOKED_TOPIC, 3, 2),
        ("SigningKeyAdded", SIGNING_KEY_ADDED_TOPIC, 2, 3),
    ],
)
def test_the_topic_is_that_of_the_packaged_contract(
    name: str, topic: bytes, indexed: int, unindexed: int
) -> None:
    (event,) = (each for each in load("ModelRegistry").abi if each.get("name") == name)
    signature = f"{name}({','.join(each['type'] for each in event['inputs'])})"
    assert keccak256(signature.encode()) == topic
    assert [each["indexed"] for each in event["inputs"]] == [True] * indexed + [False] * unindexed


def test_an_event_is_decoded() -> None:
    assert registration_of(a_log()) == Registration(
        release_id=release_id_of(PUBLISHER, "acme/digits", "1.0.0"),
        publisher=PUBLISHER,
        name="acme/digits",
        version="1.0.0",
        artifact_root=b"\x01" * 32,
        manifest_hash=b"\x02" * 32,
        manifest_cid=b"\x03" * 36,
        registered_at=1_700_000_000,
        sequence=7,
        authority_index=3,
        block_number=12,
        transaction_hash=b"\x09" * 32,
    )


def test_the_longest_and_the_shortest_values_are_decoded() -> None:
    longest = registration_of(a_log("n" * 128, "v" * 64, bytes(64)))
    assert longest is not None
    assert (len(longest.name), len(longest.version), len(longest.manifest_cid)) == (128, 64, 64)
    shortest = registration_of(a_log("n", "v", b""))
    assert shortest is not None
    assert shortest.manifest_cid == b""


@pytest.mark.parametrize(
    "log",
    [
        a_log(name="Acme"),
        a_log(name="n" * 129),
        a_log(name="\u202ename"),
        a_log(name="/x"),
    ],
)
def test_names_that_no_client_accepts_give_nothing(log: EventLog) -> None:
    assert registration_of(log) is None


@pytest.mark.parametrize("version", ["1 0", "v" * 65, "\u202e1"])
def test_a_version_that_no_client_accepts_is_a_link_of_its_model(version: str) -> None:
    registration = registration_of(a_log(version=version))
    assert registration is not None
    assert registration.release_id == release_id_of(PUBLISHER, "acme/digits", version)
    with pytest.raises(ValueFormatError):
        check_version(registration.version)


NONSENSE = {
    "no topics": replace(a_log(), topics=()),
    "a topic too few": replace(a_log(), topics=a_log().topics[:3]),
    "a topic too many": replace(a_log(), topics=(*a_log().topics, bytes(32))),
    "another event": replace(a_log(), topics=(bytes(32), *a_log().topics[1:])),
    "another model": replace(a_log(), topics=(REGISTERED_TOPIC, bytes(32), *a_log().topics[2:])),
    "no data": replace(a_log(), data=b""),
    "half a word": replace(a_log(), data=a_log().data[:-1]),
    "a head only": replace(a_log(), data=a_log().data[: 6 * 32]),
    "endless data": replace(a_log(), data=a_log().data + bytes(32 * 100)),
    "another release": with_byte(a_log(), 0, 0xFF),
    "a status that there is not": with_byte(a_log(), 2 * 32 + 21, 0xFF),
    "an offset beyond the end": with_byte(a_log(), 4 * 32 - 2, 0xFF),
    "an offset of 2^255": with_byte(a_log(), 3 * 32, 0x80),
    "an offset into the head": with_byte(a_log(), 4 * 32 - 1, 0),
    "a length beyond the end": with_byte(a_log(), 6 * 32, 0xFF),
    "another publisher": replace(
        a_log(), topics=(*a_log().topics[:2], b"\x00" * 31 + b"\x01", a_log().topics[3])
    ),
}


@pytest.mark.parametrize("log", NONSENSE.values(), ids=NONSENSE)
def test_nonsense_is_an_error_that_names_the_transaction(log: EventLog) -> None:
    with pytest.raises(ChainUnreachableError) as caught:
        registration_of(log)
    assert caught.value.hint
    assert "09" * 32 in caught.value.message or "word" in caught.value.message


@given(st.binary(max_size=700), st.integers(0, 700))
def test_any_data_gives_a_registration_or_our_error(junk: bytes, position: int) -> None:
    data = a_log().data
    spliced = (data[:position] + junk + data[position + len(junk) :])[: len(data)]
    try:
        found = registration_of(replace(a_log(), data=spliced))
    except ChainUnreachableError:
        return
    assert found is None or found.name == "acme/digits"


def test_topics_say_what_is_wanted() -> None:
    assert topics_of(RegistrationFilter()) == (REGISTERED_TOPIC, None, None, None)
    wanted = RegistrationFilter(PUBLISHER, b"\x01" * 32, b"\x02" * 32)
    publisher = bytes(12) + bytes.fromhex(PUBLISHER[2:])
    assert topics_of(wanted) == (REGISTERED_TOPIC, b"\x01" * 32, publisher, b"\x02" * 32)


def a_key_log(**changes: object) -> EventLog:
    publisher = bytes(12) + bytes.fromhex(PUBLISHER[2:])
    topics = (SIGNING_KEY_ADDED_TOPIC, publisher, b"\x07" * 32)
    return replace(EventLog(topics, bytes(96), 5, b"\x09" * 32), **changes)  # type: ignore[arg-type]


def test_fingerprints_come_in_the_order_of_their_events() -> None:
    other = a_key_log(topics=(*a_key_log().topics[:2], b"\x08" * 32))
    assert fingerprints_in([other, a_key_log()]) == (b"\x08" * 32, b"\x07" * 32)


@pytest.mark.parametrize(
    "changes",
    [
        {"topics": ()},
        {"topics": a_key_log().topics[:2]},
        {"topics": (*a_key_log().topics, bytes(32))},
        {"topics": (REGISTERED_TOPIC, *a_key_log().topics[1:])},
        {"data": bytes(95)},
        {"data": bytes(128)},
    ],
    ids=["no topics", "too few", "too many", "another event", "short", "long"],
)
def test_what_is_no_event_of_a_signing_key(changes: dict[str, object]) -> None:
    with pytest.raises(ChainUnreachableError, match="09" * 32):
        fingerprints_in([a_key_log(), a_key_log(**changes)])
