"""The trust file."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weightmark.adapters.state.atomic import MAX_SMALL_FILE
from weightmark.adapters.state.trust_file import TrustFile
from weightmark.domain.trust import TrustedPublisher, TrustList
from weightmark.errors import (
    AlreadyExistsError,
    ConfigurationError,
    ValueFormatError,
)

ONE = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
OTHER = "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"
ACME = TrustedPublisher("acme", 1, ONE, "a note", "2026-11-21T09:00:00Z")
ENTRY = f"[[publisher]]\nnickname = 'acme'\nchain = 1\naddress = '{ONE}'\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder/trust.toml"


@pytest.fixture
def trust(path: Path) -> TrustFile:
    return TrustFile(path)


def test_a_file_that_is_not_there_is_empty(path: Path, trust: TrustFile) -> None:
    assert trust.load() == TrustList()
    assert not path.parent.exists()


def test_what_is_added_is_there(path: Path, trust: TrustFile) -> None:
    others = [TrustedPublisher("acme", 8453, OTHER, added="x"), TrustedPublisher("me", 1, OTHER)]
    for each in (ACME, *others):
        trust.add(each)
    loaded = TrustFile(path).load().publishers
    assert loaded[:2] == (ACME, others[0])
    assert (loaded[2].nickname, loaded[2].added[-1]) == ("me", "Z")
    assert path.stat().st_mode & 0o777 == 0o600


@given(st.text())
def test_odd_notes_are_read_back(tmp_path_factory: pytest.TempPathFactory, note: str) -> None:
    trust = TrustFile(tmp_path_factory.mktemp("trust") / "trust.toml")
    trust.add(TrustedPublisher("acme", 1, ONE, note))
    assert trust.load().named("acme").note == note


def test_a_note_that_is_not_unicode_is_refused(path: Path, trust: TrustFile) -> None:
    trust.add(ACME)
    before = path.read_bytes()
    with pytest.raises(ValueFormatError, match="not UTF-8"):
        trust.add(TrustedPublisher("other", 1, OTHER, "\udcff"))
    assert path.read_bytes() == before


def test_an_entry_that_is_there_is_not_written_again(path: Path, trust: TrustFile) -> None:
    trust.add(ACME)
    before = path.stat()
    trust.add(TrustedPublisher("acme", 1, ONE, "another note"))
    assert path.stat().st_ino == before.st_ino
    assert trust.load().publishers == (ACME,)


def test_a_nickname_does_not_change_its_address(path: Path, trust: TrustFile) -> None:
    trust.add(ACME)
    with pytest.raises(AlreadyExistsError, match=f"'acme' stands for {ONE} on chain 1"):
        trust.add(TrustedPublisher("acme", 1, OTHER))
    assert trust.load().publishers == (ACME,)


def test_removing(path: Path, trust: TrustFile) -> None:
    base = TrustedPublisher("acme", 8453, OTHER, added="x")
    trust.add(ACME)
    trust.add(base)
    with pytest.raises(ValueFormatError, match="on several chains"):
        trust.remove("acme", None)
    with pytest.raises(ValueFormatError, match="no trusted publisher"):
        trust.remove("nobody", None)
    assert trust.remove("acme", 8453) == base
    assert trust.remove("acme", None) == ACME
    assert trust.load() == TrustList()


def test_a_file_that_people_wrote(path: Path, trust: TrustFile) -> None:
    path.parent.mkdir()
    path.write_text(f"# Ours\n{ENTRY.replace(ONE, ONE.lower())}")
    assert trust.load().publishers == (TrustedPublisher("acme", 1, ONE),)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\xff", "malformed"),
        (b"[[publisher]", "malformed"),
        (b"publisher = 1", "malformed"),
        (b"publishers = []", "publishers"),
        (b"x = " + b"[" * 100_000, "malformed"),
        (ENTRY.replace("acme", "Acme").encode(), "not a nickname"),
        (ENTRY.replace("chain = 1", "chain = '1'").encode(), "chain"),
        (ENTRY.replace("chain = 1", "").encode(), "chain"),
        (ENTRY.replace(ONE, ONE[:-1]).encode(), "not an address"),
        (ENTRY.replace(ONE, ONE[:-1] + "D").encode(), "wrong checksum"),
        (f"{ENTRY}role = 'x'".encode(), "role"),
        ((ENTRY + ENTRY.replace(ONE, OTHER)).encode(), "'acme' stands twice for chain 1"),
        (b"#" * (MAX_SMALL_FILE + 1), "larger than"),
    ],
    ids=range(13),
)
def test_a_malformed_file_is_refused_and_not_replaced(
    path: Path, trust: TrustFile, data: bytes, reason: str
) -> None:
    path.parent.mkdir()
    path.write_bytes(data)
    for use in (trust.load, lambda: trust.add(ACME), lambda: trust.remove("acme", None)):
        with pytest.raises(ConfigurationError, match=reason):
            use()
    assert path.read_bytes() == data


def test_a_folder_in_place_of_the_file(path: Path, trust: TrustFile) -> None:
    path.mkdir(parents=True)
    with pytest.raises(ConfigurationError, match="cannot be read: Is a directory"):
        trust.load()


ADD = """
import sys
from pathlib import Path
from weightmark.adapters.state.trust_file import TrustFile
from weightmark.domain.trust import TrustedPublisher
trust = TrustFile(Path(sys.argv[1]))
sys.stdin.read()
for chain_id in range(1, 16):
    trust.add(TrustedPublisher(sys.argv[2], chain_id, sys.argv[3]))
"""


def test_two_processes_at_once_lose_nothing(path: Path, trust: TrustFile) -> None:
    command = [sys.executable, "-c", ADD, str(path)]
    workers = [
        subprocess.Popen([*command, name, ONE], stdin=subprocess.PIPE) for name in ("one", "other")
    ]
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.close()
    assert [worker.wait() for worker in workers] == [0, 0]
    assert len(trust.load().publishers) == 30


def test_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ConfigurationError, match="not a regular file"):
        TrustFile(tmp_path / "pipe").load()


def test_a_folder_without_a_name_in_place_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigurationError, match="Is a directory"):
        TrustFile(Path()).add(ACME)
