"""Files of SQLite: several threads and processes read them while others write."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from weightmark.adapters.state import sqlite_file
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


BEGIN = """
import os, signal, sys
from pathlib import Path
from weightmark.adapters.state.sqlite_file import SqliteFile
file = SqliteFile(Path(sys.argv[1]), sys.argv[2], "the file", "all of it")
def texts():
    with file.reading() as database:
        return [text for (text,) in database.execute("SELECT text FROM texts ORDER BY rowid")]
"""
FORK = """
assert texts() == [b"one"]
((_, kept),) = file._readers._idle
child = os.fork()
assert texts() == [b"one"]
((_, own),) = file._readers._idle
assert (own is kept) == bool(child)
if child:
    assert os.waitpid(child, 0)[1] == 0
    with file.writing() as database:
        database.execute("INSERT INTO texts VALUES (?)", (b"two",))
    assert texts() == [b"one", b"two"]
"""
# More than SQLite holds in memory: part of it is in the file.
DIE = """
with file.writing() as database:
    database.executemany("INSERT INTO texts VALUES (?)", [(bytes(2**20),)] * 4)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def run(file: SqliteFile, program: str) -> int:
    """Run a program in a process of its own, and return how it ended; below 0, it is a signal."""
    command: list[str | Path] = [sys.executable, "-c", BEGIN + program, file.path, SCHEMA]
    return subprocess.run(command, check=False).returncode


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
    assert run(file, FORK) == 0
    assert texts(file) == [b"one", b"two"]


def test_a_first_write_that_was_killed_leaves_it_empty(file: SqliteFile) -> None:
    assert run(file, DIE) == -signal.SIGKILL
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


def test_what_somebody_else_uses_is_not_called_damaged(
    file: SqliteFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(file, b"one")
    monkeypatch.setattr(sqlite_file, "_BUSY_SECONDS", 0.0)
    with closing(sqlite3.connect(file.path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        for use in (texts, lambda each: write(each, b"x")):
            with pytest.raises(StorageError, match="database is locked") as raised:
                use(file)
            assert raised.value.hint == "try again once whoever else uses it has ended"
    assert texts(file) == [b"one"]


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
