"""Signing requests and signatures in files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from weightmark.adapters.files.request_file import read_request, read_signature, write_request
from weightmark.domain.actions import Authorization
from weightmark.domain.signing_requests import MAX_REQUEST_SIZE, SigningRequest
from weightmark.domain.statements import ReleaseStatement
from weightmark.errors import AlreadyExistsError, MissingPathError, SigningRequestError

ALICE = "0x52908400098527886E0F7030069857D2E4169EE7"
REQUEST = SigningRequest(
    1,
    ALICE,
    ReleaseStatement(ALICE, "acme/digits", "1", bytes(32), bytes(32)),
    Authorization(ALICE, 0, 1, b""),
)


def test_a_request_is_written_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "request.json"
    for request in (REQUEST, REQUEST.signed(b"\x01")):
        write_request(path, request)
        assert read_request(path) == request
    assert list(tmp_path.iterdir()) == [path]


def test_nothing_else_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "request.json"
    path.write_text("mine")
    with pytest.raises(AlreadyExistsError, match="no signing request"):
        write_request(path, REQUEST)
    assert path.read_text() == "mine"
    with pytest.raises(AlreadyExistsError):
        write_request(tmp_path, REQUEST)


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingPathError, match="there is no file"):
        read_request(tmp_path / "none")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "large").write_bytes(b" " * (MAX_REQUEST_SIZE + 1))
    for name in ("pipe", "large", "."):
        with pytest.raises(SigningRequestError):
            read_request(tmp_path / name)


def test_a_signature_is_given_as_text_or_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "signature"
    path.write_text("0x00ff\n")
    assert read_signature(str(path)) == read_signature("0x00ff") == b"\x00\xff"
    path.write_text("signature: 0x00ff\n")
    for given in (str(path), "0x"):
        with pytest.raises(SigningRequestError, match="malformed"):
            read_signature(given)
    with pytest.raises(MissingPathError):
        read_signature("00ff")
