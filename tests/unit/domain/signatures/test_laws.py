"""Laws of what is signed: it comes back, in one form, and folders hide what is under them alone."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.domain.signatures.documents import PAYLOAD, STATEMENT
from weightmark.domain.signatures.bundle import decode_bundle, encode_bundle
from weightmark.domain.signatures.decoding import decode_base64
from weightmark.domain.signatures.envelope import (
    MAX_CERTIFICATES,
    MAX_SIGNATURES,
    Envelope,
    Signature,
)
from weightmark.domain.signatures.envelope_file import decode_envelope, encode_envelope
from weightmark.domain.signatures.statement import (
    Resource,
    decode_statement,
    encode_statement,
    sorted_resources,
)
from weightmark.domain.signing_keys import KeyAlgorithm
from weightmark.errors import SignatureFileError

VALUES = st.binary(min_size=1, max_size=40)
PARTS = st.sampled_from(("a", "b", "a-b"))
PATHS = st.lists(PARTS, min_size=1, max_size=3).map("/".join)
# As callers may write them: with parts that are none.
LOOSE_PATHS = st.lists(PARTS | st.sampled_from((".", "")), min_size=1, max_size=3).map(
    lambda parts: "/".join(("." if not parts[0] else parts[0], *parts[1:]))
)
DIGESTS = st.binary(min_size=32, max_size=32).map(lambda each: "1220" + each.hex())


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_no_two_payloads_are_one_message(one: bytes, other: bytes) -> None:
    messages = {Envelope(each, ()).message for each in (one, other, one + other, one + b" ")}
    assert len(messages) == len({one, other, one + other, one + b" "})


@given(
    st.binary(max_size=6), st.integers(0, 8), st.integers(0, 1), st.text("AQZw+-_=/ \n", max_size=2)
)
def test_base64_is_read_in_the_form_that_it_is_written_in(
    data: bytes, place: int, removed: int, added: str
) -> None:
    good = base64.b64encode(data).decode()
    text = good[:place] + added + good[place + removed :]
    try:
        found = decode_base64(text, "it")
    except SignatureFileError:
        assert text != good
    else:
        assert base64.b64encode(found).decode() == text


@given(st.lists(LOOSE_PATHS, max_size=3), st.lists(PATHS, min_size=4, max_size=12))
def test_a_folder_leaves_out_what_is_under_it_and_nothing_else(
    ignored: list[str], paths: list[str]
) -> None:
    folders = [[part for part in each.split("/") if part not in ("", ".")] for each in ignored]
    hidden = {
        path
        for path in paths
        if any(path.split("/")[: len(folder)] == folder for folder in folders)
    }
    assert replace(STATEMENT, ignored_paths=tuple(ignored)).leaves_out(paths) == hidden


@given(st.permutations(("b", "a/b", "a", "a-b/c", "a/b-c/d", "a/b/c", "ä/z")))
def test_the_order_of_files_does_not_hang_on_how_they_came(names: list[str]) -> None:
    found = sorted_resources(Resource(name, "1220" + "00" * 32) for name in names)
    order = ["a", "a/b", "a/b/c", "a/b-c/d", "a-b/c", "b", "ä/z"]
    assert [each.name for each in found] == order


@given(
    st.lists(DIGESTS, min_size=1, max_size=3),
    st.lists(st.none() | st.integers(0, 2**53 - 1), min_size=3, max_size=3),
    st.sampled_from((b"", bytes(32))),
    st.lists(VALUES, max_size=2).map(tuple),
)
def test_a_statement_of_any_files_comes_back(
    digests: list[str], sizes: list[int | None], manifest_hash: bytes, keys: tuple[bytes, ...]
) -> None:
    resources = tuple(
        Resource(f"f{number}", digest, size)
        for number, (digest, size) in enumerate(zip(digests, sizes, strict=False))
    )
    statement = replace(
        STATEMENT, resources=resources, manifest_hash=manifest_hash, keys=keys, artifact_root=b""
    )
    payload = encode_statement(statement)
    assert decode_statement(payload) == statement
    assert encode_statement(decode_statement(payload)) == payload


def _chain(length: int) -> Envelope:
    return Envelope(PAYLOAD, (Signature(b"value", certificates=(b"x",) * length),))


def _signers(number: int) -> Envelope:
    algorithm = KeyAlgorithm.HMAC_SHA256
    return Envelope(
        PAYLOAD, tuple(Signature(b"x", algorithm, f"{each:064x}") for each in range(number))
    )


def test_the_largest_numbers_are_read_and_one_more_is_refused() -> None:
    longest, most = _chain(MAX_CERTIFICATES), _signers(MAX_SIGNATURES)
    assert decode_bundle(encode_bundle(longest)) == longest
    assert decode_envelope(encode_envelope(most)) == most
    with pytest.raises(SignatureFileError, match="length <= 16"):
        decode_bundle(encode_bundle(_chain(MAX_CERTIFICATES + 1)))
    with pytest.raises(SignatureFileError, match=f"length <= {MAX_SIGNATURES}"):
        decode_envelope(encode_envelope(_signers(MAX_SIGNATURES + 1)))
