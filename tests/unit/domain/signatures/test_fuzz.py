"""Files of signatures that are spoiled anywhere raise our errors, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.domain.signatures.documents import (
    CERTIFIED,
    PAYLOAD,
    SIGNED_BY_KEY,
    SIGNED_BY_TWO,
)
from weightmark.domain.signatures.bundle import decode_bundle, encode_bundle
from weightmark.domain.signatures.envelope_file import decode_envelope, encode_envelope
from weightmark.domain.signatures.statement import decode_statement
from weightmark.errors import SignatureFileError

FORMS: dict[str, tuple[Callable[[bytes], object], bytes]] = {
    "bundle": (decode_bundle, encode_bundle(SIGNED_BY_KEY)),
    "bundle with certificates": (decode_bundle, encode_bundle(CERTIFIED)),
    "envelope": (decode_envelope, encode_envelope(SIGNED_BY_TWO)),
    "statement": (decode_statement, PAYLOAD),
}
PIECES = [
    b"",
    b"\0",
    b'"',
    b"{",
    b"}",
    b"[",
    b",",
    b":",
    b"null",
    b"1e999",
    b"\xff",
    b"\\ud800",
    b"\\",
]


@pytest.mark.parametrize("form", FORMS)
@given(data=st.data())
def test_spoiled_bytes(form: str, data: st.DataObject) -> None:
    decode, good = FORMS[form]
    start = data.draw(st.integers(0, len(good)))
    end = data.draw(st.integers(start, min(len(good), start + 40)))
    piece = data.draw(st.sampled_from(PIECES) | st.binary(max_size=8))
    with suppress(SignatureFileError):
        decode(good[:start] + piece + good[end:])
