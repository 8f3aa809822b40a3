"""JSON and base64 that everybody reads in the same way."""

from __future__ import annotations

import pytest

from weightmark.domain.signatures import decoding
from weightmark.domain.signatures.decoding import decode_base64, decode_json, encode_base64
from weightmark.errors import SignatureFileError


def decode(data: bytes) -> dict[str, object]:
    return decode_json(data, dict[str, object], 1000, "it")


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


def test_depth_and_number_of_containers_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SignatureFileError, match="it cannot be read"):
        decode_json(b'{"a":' + b"[" * 200_000, dict[str, object], 10**6, "it")
    monkeypatch.setattr(decoding, "MAX_CONTAINERS", 2)
    assert decode(b'{"a":[]}') == {"a": []}
    with pytest.raises(SignatureFileError, match="more than 2 objects and lists"):
        decode(b'{"a":[[]]}')


@pytest.mark.parametrize("data", [b"", b"a", b"ab", b"abc", bytes(range(256))])
def test_base64_comes_back(data: bytes) -> None:
    assert decode_base64(encode_base64(data), "it") == data


@pytest.mark.parametrize("text", ["YQ", "YQ=", "YR==", "YQ==\n", " YQ==", "YQ==YQ==", "Y-_=", "ä"])
def test_base64_has_one_form(text: str) -> None:
    with pytest.raises(SignatureFileError, match="it is not base64"):
        decode_base64(text, "it")
