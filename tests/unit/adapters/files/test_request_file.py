"""Signing requests and signatures in files."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from weightmark.adapters.files.request_file import read_request, read_signature, write_request
from weightmark.domain.actions import Authorization
from weightmark.domain.registry import Reason
from weightmark.domain.signing_requests import MAX_REQUEST_SIZE, SigningRequest
from weightmark.domain.statements import ReleaseStatement, RevocationStatement
from weightmark.errors import AlreadyExistsError, MissingPathError, SigningRequestError

ALICE = "0x52908400098527886E0F7030069857D2E4169EE7"
BOB = "0x8617E340B3D01FA5F11F306F4090FD50E238070D"
RELEASE = ReleaseStatement(ALICE, "acme/digits", "1", bytes(32), bytes(32))
REQUEST = SigningRequest(1, ALICE, RELEASE, Authorization(ALICE, 0, 1, b""))


def test_a_request_is_written_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "request.json"
    for request in (REQUEST, REQUEST.signed(b"\x01")):
        write_request(path, request)
        assert read_request(path) == request
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "other",
    [
        replace(REQUEST, chain_id=2),
        replace(REQUEST, statement=replace(RELEASE, name="other/digits")),
        replace(REQUEST, statement=replace(RELEASE, version="2")),
        replace(REQUEST, statement=replace(RELEASE, publisher=BOB)),
        replace(
            REQUEST, statement=RevocationStatement(ALICE, "acme/digits", "1", Reason.WITHDRAWN)
        ),
    ],
)
def test_a_request_for_something_else_is_not_replaced(
    tmp_path: Path, other: SigningRequest
) -> None:
    path = tmp_path / "request.json"
    write_request(path, REQUEST)
    with pytest.raises(AlreadyExistsError, match="for something else"):
        write_request(path, other.signed(b"\x01"))
    assert read_request(path) == REQUEST


def test_a_signature_is_not_lost(tmp_path: Path) -> None:
    path = tmp_path / "request.json"
    signed, again = REQUEST.signed(b"\x01"), REQUEST.signed(b"\x02")
    write_request(path, signed)
    with pytest.raises(AlreadyExistsError, match="is signed, and the new request is not"):
        write_request(path, REQUEST)
    assert read_request(path) == signed
    write_request(path, again)
    assert read_request(path) == again


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
    for text in ("0x00ff", "00fF"):
        path.write_text(f"{text}\n")
        assert read_signature(str(path)) == read_signature(text) == b"\x00\xff"
    path.write_text("signature: 0x00ff\n")
    for given in (str(path), "0x0", "00f", "0x00ff\n"):
        with pytest.raises(SigningRequestError, match="malformed"):
            read_signature(given)
    path.write_text("\n")
    for given in (str(path), "", "0x"):
        with pytest.raises(SigningRequestError, match="is empty"):
            read_signature(given)
    with pytest.raises(MissingPathError):
        read_signature("00fg")
