"""What was signed and not yet seen in a block, as it is kept on the disk."""

from __future__ import annotations

import os
import time
from pathlib import Path

import msgspec
import pytest

from weightmark.adapters.chain.sending.journal import (
    KEPT_SECONDS,
    MAX_BYTES,
    Attempt,
    Intent,
    Journal,
)
from weightmark.domain.fees import Fees
from weightmark.errors import StorageError

GENESIS, KEY, OTHER = b"\x01" * 32, b"\x02" * 32, b"\x03" * 32
INTENT = Intent(4, 21_000, 9, (Attempt(b"first", 5, 1), Attempt(b"second", 6, 2)))


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path, GENESIS)


def file_of(journal: Journal) -> Path:
    journal.write(KEY, INTENT)
    (path,) = journal._folder.glob("*.json")
    return path


def test_what_is_kept_is_of_one_payload_on_one_chain(tmp_path: Path, journal: Journal) -> None:
    journal.write(KEY, INTENT)
    assert journal.find(KEY) == INTENT
    assert INTENT.newest.fees == Fees(6, 2)
    assert journal.find(OTHER) is None
    assert Journal(tmp_path, OTHER).find(KEY) is None
    Journal(tmp_path, OTHER).forget(KEY)
    journal.forget(OTHER)
    assert journal.find(KEY) == INTENT
    journal.forget(KEY)
    journal.forget(KEY)
    assert journal.find(KEY) is None


def test_only_the_user_reads_what_is_kept(journal: Journal) -> None:
    assert file_of(journal).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(("age", "stays"), [(KEPT_SECONDS - 3600, True), (KEPT_SECONDS + 1, False)])
def test_what_nobody_comes_back_to_is_forgotten_after_its_time(
    journal: Journal, age: int, stays: bool
) -> None:
    old = file_of(journal)
    os.utime(old, (time.time() - age,) * 2)
    journal.write(OTHER, INTENT)
    assert old.exists() is stays
    assert journal.find(OTHER) == INTENT


@pytest.mark.parametrize(
    "changes",
    [
        {"attempts": []},
        {"gas": 0},
        {"nonce": "4"},
        {"more": 1},
        {"attempts": [{"transaction": ""}]},
    ],
)
def test_a_damaged_file_is_named_and_kept(journal: Journal, changes: dict[str, object]) -> None:
    path = file_of(journal)
    path.write_bytes(msgspec.json.encode(msgspec.to_builtins(INTENT) | changes))
    with pytest.raises(StorageError, match=f"{path.name} is damaged") as caught:
        journal.find(KEY)
    assert "delete the file" in caught.value.hint
    assert path.exists()


def test_what_is_no_file_of_ours_is_not_read(tmp_path: Path, journal: Journal) -> None:
    path = file_of(journal)
    path.write_bytes(b" " * (MAX_BYTES + 1))
    with pytest.raises(StorageError):
        journal.find(KEY)
    path.unlink()
    path.mkdir()
    for act in (journal.find, journal.forget):
        with pytest.raises(StorageError, match=path.name):
            act(KEY)
