"""JSON and base64 that everybody reads in the same way."""

from __future__ import annotations

from contextlib import suppress

import pytest
from msgspec import Struct

from weightmark.domain.signatures import decoding
from weightmark.domain.signatures.decoding import decode_base64, decode_json, encode_base64
from weightmark.errors import SignatureFileError


def decode(data: bytes) -> dict[str, object]:
    return decode_json(data, dict[str, object], 1000, 10, "it")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "it cannot be read"),
        (b"[]", "it cannot be read"),
        (b'{"a":1} x', "it cannot be read"),
        (b'{"a":NaN}', "it cannot be read"),
        (b'{"a":"\xff"}', "it cannot be read"),
        ('{"a":1}'.encode("utf-16"), "it cannot be read"),
        (b'\xef\xbb\xbf{"a":1}', "it cannot be read"),
        (b'{"a":' + b"9" * 990 + b"e9}", "it cannot be read"),
        (b'{"a":1,"a":1}', "a member occurs twice"),
        (b'{"a":1,"\\u0061":2}', "a member occurs twice"),
        (b'{"a":[{"b":{"c":1,"c":2}}]}', "a member occurs twice"),
        (b'{"a":1}' + b" " * 1000, "it is larger than 1000 bytes"),
    ],
)
def test_what_could_be_read_in_two_ways_or_in_none(data: bytes, reason: str) -> None:
    with pytest.raises(SignatureFileError, match=reason):
        decode(data)


def test_white_space_and_order_are_free() -> None:
    assert decode(b' {"b" :\n2, "a":1}\t') == {"a": 1, "b": 2}


def test_depth_and_number_of_values_are_bounded() -> None:
    with pytest.raises(SignatureFileError, match="it is nested too deep"):
        decode_json(b'{"a":' + b"[" * 200_000, dict[str, object], 10**6, 10**6, "it")
    assert decode(b'{"a":[1,2,3,4,5,6,7]}')["a"] == [1, 2, 3, 4, 5, 6, 7]
    assert decode(b'{"a":["' + b",[{" * 10 + b'"]}')
    with pytest.raises(SignatureFileError, match="more than 10 values"):
        decode(b'{"a":[1,2,3,4,5,6,7,8,9]}')
    with pytest.raises(SignatureFileError, match="more than 10 values"):
        decode(b'{"a":[' + b"{}," * 5 + b"{}]}")


class Known(Struct):
    """A form of which other members are passed by."""

    a: list[int]


def test_what_nobody_knows_is_bounded_before_it_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "MAX_UNKNOWN_VALUES", 3)
    built: list[bytes] = []
    monkeypatch.setattr(decoding, "check_unambiguous", built.append)
    known = b'{"a":[1,2,3,4,5],'
    for rest in (b'"b":[1]}', b'"b":1,"c":2,"d":3}', b'"a":[1,2,3,4,5]}'):
        with suppress(SignatureFileError):
            decode_json(known + rest, Known, 1000, 1000, "it")
    assert built == [known + b'"b":[1]}', known + b'"b":1,"c":2,"d":3}']
    for rest in (b'"b":[1,2,3]}', b'"b":1,"c":2,"d":3,"e":4}', b'"a":[1,2,3,4,5]}'):
        with pytest.raises(SignatureFileError, match="more than 3 values that nobody here knows"):
            decode_json(known + rest, Known, 1000, 1000, "it")
    assert len(built) == 2


@pytest.mark.parametrize("data", [b"", b"a", b"ab", b"abc", bytes(range(256))])
def test_base64_comes_back(data: bytes) -> None:
    assert decode_base64(encode_base64(data), "it") == data


@pytest.mark.parametrize("text", ["YQ", "YQ=", "YR==", "YQ==\n", " YQ==", "YQ==YQ==", "Y-_=", "ä"])
def test_base64_has_one_form(text: str) -> None:
    with pytest.raises(SignatureFileError, match="it is not base64"):
        decode_base64(text, "it")
