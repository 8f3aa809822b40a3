"""Files of SQLite: several threads and processes read them while others write."""

from __future__ import annotations

import os
import signal
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from weightmark.adapters.state.sqlite_file import SqliteFile
from weightmark.errors import StorageError

SCHEMA = "CREATE TABLE IF NOT EXISTS texts (text BLOB NOT NULL);"


def made(path: Path) -> SqliteFile:
    return SqliteFile(path, SCHEMA, "the file", "all of it")


@pytest.fixture
def file(tmp_path: Path) -> SqliteFile:
    return made(tmp_path / "folder/file.sqlite3")


def write(file: SqliteFile, text: bytes) -> None:
    with file.writing() as database:
        database.execute("INSERT INTO texts VALUES (?)", (text,))


def texts(file: SqliteFile) -> list[bytes]:
    with file.reading() as database:
        return [text for (text,) in database.execute("SELECT text FROM texts ORDER BY rowid")]


def ended(child: int) -> int:
    """Wait for a process, and return what it ended with; below 0 it is a signal."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_it_is_empty_before_anything_is_written(file: SqliteFile) -> None:
    assert texts(file) == []
    assert not file.path.parent.exists()
    write(file, b"x")
    assert texts(file) == [b"x"]


def test_who_reads_again_opens_nothing(file: SqliteFile, monkeypatch: pytest.MonkeyPatch) -> None:
    write(file, b"one")
    assert texts(file) == [b"one"]
    with monkeypatch.context() as patched:
        patched.delattr(sqlite3, "connect")
        assert [texts(file) for _ in range(3)] == [[b"one"]] * 3
    write(file, b"two")
    assert texts(file) == [b"one", b"two"]


def test_a_file_in_its_place_is_read(file: SqliteFile, tmp_path: Path) -> None:
    write(file, b"one")
    assert texts(file) == [b"one"]
    other = made(tmp_path / "other.sqlite3")
    write(other, b"other")
    other.path.replace(file.path)
    assert texts(file) == [b"other"]
    file.path.unlink()
    assert texts(file) == []


def test_threads_read_while_one_writes(file: SqliteFile) -> None:
    write(file, b"0")
    with ThreadPoolExecutor(4) as pool:
        reading = [pool.submit(texts, file) for _ in range(40)]
        for number in range(1, 5):
            write(file, b"%d" % number)
        found = [each.result() for each in reading]
    every = [b"0", b"1", b"2", b"3", b"4"]
    assert all(each == every[: len(each)] for each in found)
    assert texts(file) == every


def test_a_forked_process_reads_by_itself(file: SqliteFile) -> None:
    write(file, b"one")
    assert texts(file) == [b"one"]
    opened = len(file._readers._idle)
    child = os.fork()
    if not child:
        kept = [read for read, _ in file._readers._idle]
        found = texts(file)
        (own, *_), *_ = (read for read, _ in file._readers._idle)
        os._exit(0 if len(kept) == opened and found == [b"one"] and own == os.getpid() else 1)
    assert ended(child) == 0
    write(file, b"two")
    assert texts(file) == [b"one", b"two"]


def test_a_first_write_that_was_killed_leaves_it_empty(file: SqliteFile) -> None:
    child = os.fork()
    if not child:
        with file.writing() as database:
            # More than SQLite holds in memory: part of it is in the file.
            database.executemany("INSERT INTO texts VALUES (?)", [(bytes(2**20),)] * 4)
            os.kill(os.getpid(), signal.SIGKILL)
    assert ended(child) == -signal.SIGKILL
    assert file.path.stat().st_size > 0
    assert texts(file) == []
    write(file, b"x")
    assert texts(file) == [b"x"]


def test_a_name_that_looks_like_a_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("file:one", "a?mode=ro", "50%41#x"):
        file = made(Path(name) / name)
        write(file, b"x")
        assert texts(file) == [b"x"]
        assert [path.name for path in (tmp_path / name).iterdir()] == [name]


def test_what_is_no_database(file: SqliteFile) -> None:
    file.path.parent.mkdir()
    file.path.write_bytes(b"no database" * 100)
    for use in (texts, lambda each: write(each, b"x")):
        with pytest.raises(StorageError, match="file is not a database") as raised:
            use(file)
        assert "without all of it" in raised.value.hint


def test_who_fails_keeps_nobody_from_writing(file: SqliteFile) -> None:
    write(file, b"one")
    write(file, b"two")

    def fail_half_way() -> None:
        with file.reading() as database:
            rows = database.execute("SELECT text FROM texts")
            raise KeyError(next(rows))

    with pytest.raises(KeyError):
        fail_half_way()
    write(file, b"three")
    assert len(texts(file)) == 3
