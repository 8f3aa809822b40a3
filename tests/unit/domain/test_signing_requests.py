"""Signing requests: what a wallet signs, and that nothing in the file can be altered."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from eth_account.messages import encode_typed_data
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from weightmark.domain.actions import Authorization, RegisterFor, RevokeFor
from weightmark.domain.registry import Reason
from weightmark.domain.signing_requests import (
    MAX_REQUEST_SIZE,
    MAX_SIGNATURE_SIZE,
    SigningRequest,
    decode,
    encode,
    parse_signature,
)
from weightmark.domain.statements import ReleaseStatement, RevocationStatement
from weightmark.errors import SigningRequestError

ALICE = "0x52908400098527886E0F7030069857D2E4169EE7"
BOB = "0x8617E340B3D01FA5F11F306F4090FD50E238070D"

RELEASE = ReleaseStatement(
    ALICE, "acme/digits", "1.0.0", b"\x01" * 32, b"\x02" * 32, b"\x01\x55\x12\x20" + b"\x02" * 32
)
REVOCATION = RevocationStatement(
    ALICE, "acme/digits", "1.0.0", Reason.SUPERSEDED, successor=b"\x03" * 32
)
SIGNED = SigningRequest(
    11155111, BOB, RELEASE, Authorization(ALICE, 0, 1_800_000_000, b"\x04" * 65)
)
REQUESTS = [SIGNED, replace(SIGNED, statement=REVOCATION)]

_hashes = st.binary(min_size=32, max_size=32)
_texts = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,20}", fullmatch=True)
_statements = st.one_of(
    st.builds(
        ReleaseStatement,
        st.just(ALICE),
        _texts,
        _texts,
        _hashes,
        _hashes,
        st.binary(max_size=64),
        st.integers(0, 2**40 - 1),
    ),
    st.builds(
        RevocationStatement,
        st.just(ALICE),
        _texts,
        _texts,
        st.sampled_from([each for each in Reason if each]),
        _hashes,
    ),
)
_requests = st.builds(
    SigningRequest,
    st.integers(1, 2**63 - 1),
    st.just(BOB),
    _statements,
    st.builds(
        Authorization,
        st.just(ALICE),
        st.integers(0, 2**32 - 1),
        st.integers(0, 2**40 - 1),
        st.binary(max_size=200),
    ),
)


@given(_requests)
def test_a_request_is_read_as_it_was_written(request: SigningRequest) -> None:
    assert decode(encode(request)) == request


@given(_requests)
def test_wallets_sign_the_same_digest(request: SigningRequest) -> None:
    data = json.loads(encode(request))
    message = encode_typed_data(full_message=data["typed_data"])
    expected = keccak(b"\x19" + message.version + message.header + message.body)
    assert request.digest == expected
    assert data["digest"] == f"0x{expected.hex()}"


def test_a_request_says_what_to_ask_the_registry() -> None:
    assert SIGNED.action == RegisterFor(RELEASE, SIGNED.authorization)
    assert REQUESTS[1].action == RevokeFor(REVOCATION, SIGNED.authorization)


def test_a_signature_is_added_later() -> None:
    unsigned = SIGNED.signed(b"")
    assert not unsigned.is_signed
    assert unsigned.digest == SIGNED.digest
    assert unsigned.signed(b"\x04" * 65) == SIGNED


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    return [
        found
        for key, each in inner
        for found in (
            _leaves(each, (*path, key)) if isinstance(each, dict | list) else [(*path, key)]
        )
    ]


def _altered(request: SigningRequest, path: tuple[Any, ...], change: Callable[[Any], Any]) -> bytes:
    data = copy.deepcopy(json.loads(encode(request)))
    where = data
    for key in path[:-1]:
        where = where[key]
    where[path[-1]] = change(where[path[-1]])
    return json.dumps(data).encode()


def _another(value: Any) -> Any:
    if isinstance(value, int):
        return value + 1 if value != Reason.SUPERSEDED else value - 1
    return {"2": "3"}.get(value[-1], "2").join([value[:-1], ""])


# Who authorizes is judged by the chain, and the signature by the contract.
UNBOUND = ("authority", "signature")


@pytest.mark.parametrize("request_", REQUESTS, ids=["release", "revocation"])
def test_no_member_can_be_altered(request_: SigningRequest) -> None:
    paths = [path for path in _leaves(json.loads(encode(request_))) if path[0] not in UNBOUND]
    assert len(paths) > 25
    for path in paths:
        with pytest.raises(SigningRequestError):
            decode(_altered(request_, path, _another))


@pytest.mark.parametrize("request_", REQUESTS, ids=["release", "revocation"])
def test_no_member_can_be_left_out_or_added(request_: SigningRequest) -> None:
    data = json.loads(encode(request_))
    for member in data:
        rest = {name: value for name, value in data.items() if name != member}
        with pytest.raises(SigningRequestError, match="cannot be read"):
            decode(json.dumps(rest).encode())
    with pytest.raises(SigningRequestError, match="cannot be read"):
        decode(json.dumps({**data, "more": 1}).encode())


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("typed_data", "message", "name"), "../up"),
        (("typed_data", "message", "version"), "1 0"),
        (("typed_data", "message", "publisher"), "0x1234"),
        (("typed_data", "message", "manifestCid"), "0x" + "00" * 65),
        (("typed_data", "message", "deadline"), 2**40),
        (("typed_data", "message", "deadline"), -1),
        (("typed_data", "message", "deadline"), "1800000000"),
        (("typed_data", "domain", "chainId"), 0),
        (("typed_data", "domain", "verifyingContract"), ALICE.replace("D", "d")),
        (("typed_data", "primaryType"), "Attestation"),
        (("authority", "account"), ALICE.lower()),
        (("authority", "index"), 2**32),
        (("signature",), "0x1"),
        (("signature",), "0x" + "00" * (MAX_SIGNATURE_SIZE + 1)),
        (("schema",), "weightmark/signing-request/v2"),
    ],
)
def test_values_out_of_bounds_are_refused(path: tuple[Any, ...], value: object) -> None:
    with pytest.raises(SigningRequestError):
        decode(_altered(SIGNED, path, lambda _: value))


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[" * 100_000, b"\xff", b" " * (MAX_REQUEST_SIZE + 1)]
)
def test_what_is_no_request_is_refused(data: bytes) -> None:
    with pytest.raises(SigningRequestError):
        decode(data[: MAX_REQUEST_SIZE + 1])


def test_a_member_that_occurs_twice_is_refused() -> None:
    """A wallet may take the first of them, and we the last."""
    data = encode(SIGNED)
    twice = data.replace(b'"version":', b'"version": "9.9.9", "version":')
    assert twice.count(b'"9.9.9"') > 0
    with pytest.raises(SigningRequestError, match="occurs twice"):
        decode(twice)


def test_a_signature_is_hex() -> None:
    assert parse_signature("0x00fF") == parse_signature("00fF") == b"\x00\xff"
    for text in ("0x0", "000", "0xzz", "0x0x00", "0x" + "00" * (MAX_SIGNATURE_SIZE + 1)):
        with pytest.raises(SigningRequestError, match="malformed"):
            parse_signature(text)
    for text in ("", "0x"):
        with pytest.raises(SigningRequestError, match="is empty"):
            parse_signature(text)
