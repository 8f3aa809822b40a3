"""The records of this machine: what they keep, and what damage does to them."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace as with_values

from tests.modes import mode_of
from tests.unit.domain.test_manifest import FILES, PLAIN
from weightmark.adapters.state.records import SqliteRecords
from weightmark.domain.manifest import Manifest, decode, encode, manifest_hash
from weightmark.errors import StorageError
from weightmark.ports.records import HeadKey, ReleaseDeed, ReleaseRecord, SeenHead

DATA = encode(PLAIN)
RECORD = ReleaseRecord(
    chain_id=1,
    publisher=PLAIN.publisher,
    name=PLAIN.name,
    version=PLAIN.version,
    artifact_root=b"\1" * 32,
    manifest_hash=manifest_hash(DATA),
    deed=ReleaseDeed.PUBLISHED,
    time=100,
)
LARGE = encode(
    with_values(PLAIN, files=tuple(with_values(FILES[0], path=f"{n:06}") for n in range(2_000)))
)
KEY = HeadKey(1, b"\2" * 32, PLAIN.publisher, b"\3" * 32)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder/records.sqlite3"


@pytest.fixture
def records(path: Path) -> SqliteRecords:
    return SqliteRecords(path)


def of(data: bytes, **changes: object) -> tuple[ReleaseRecord, bytes]:
    return replace(RECORD, manifest_hash=manifest_hash(data), **changes), data  # type: ignore[arg-type]


def found(records: SqliteRecords, version: str = PLAIN.version) -> tuple[bytes, ...]:
    return records.manifests(1, PLAIN.publisher, PLAIN.name, version)


def test_nothing_is_remembered_at_first_and_no_file_is_made(
    path: Path, records: SqliteRecords
) -> None:
    assert records.releases() == ()
    assert records.files(FILES[0].digest) == ()
    assert records.seen_head(KEY) is None
    assert found(records) == ()
    assert not path.parent.exists()


def test_a_release_is_remembered_with_its_manifest_and_files(
    path: Path, records: SqliteRecords
) -> None:
    records.remember(RECORD, DATA)
    again = SqliteRecords(path)
    assert again.releases() == (RECORD,)
    assert found(again) == (DATA,)
    (file,) = again.files(FILES[1].digest)
    assert (file.release, file.path, file.size) == (RECORD, "b", 2)
    assert RECORD.reference == f"1:{PLAIN.publisher}/acme/digits@1.0.0"
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_repeated_deed_changes_nothing(records: SqliteRecords) -> None:
    records.remember(RECORD, DATA)
    records.remember(replace(RECORD, time=200), DATA)
    assert records.releases() == (RECORD,)
    assert len(records.files(FILES[0].digest)) == 1


def test_deeds_are_told_the_oldest_first(records: SqliteRecords) -> None:
    verified = replace(RECORD, deed=ReleaseDeed.VERIFIED)
    elsewhere = replace(RECORD, chain_id=10)
    for each in (verified, RECORD, elsewhere):
        records.remember(each, DATA)
    assert records.releases() == (verified, RECORD, elsewhere)
    assert [each.release for each in records.files(FILES[0].digest)] == [
        verified,
        RECORD,
        elsewhere,
    ]


def test_releases_are_found_by_content_and_publisher(records: SqliteRecords) -> None:
    other = replace(RECORD, publisher="0x" + "11" * 20, artifact_root=b"\4" * 32)
    records.remember(RECORD, DATA)
    records.remember(other, DATA)
    assert records.releases(artifact_root=b"\4" * 32) == (other,)
    assert records.releases(publisher=RECORD.publisher) == (RECORD,)
    assert records.releases(artifact_root=b"\4" * 32, publisher=RECORD.publisher) == ()


def test_the_manifests_of_a_release_that_are_surely_registered_come_first(
    records: SqliteRecords,
) -> None:
    first, newest, theirs = (
        encode(with_values(PLAIN, created_by=name)) for name in ("first", "newest", "somebody")
    )
    records.remember(*of(theirs, deed=ReleaseDeed.VERIFIED))
    records.remember(*of(first, deed=ReleaseDeed.DRAFTED))
    records.remember(*of(newest, deed=ReleaseDeed.DRAFTED))
    assert found(records) == (theirs, newest, first)
    records.remember(RECORD, DATA)
    assert found(records) == (DATA, theirs, newest, first)
    assert found(records, "2") == ()


@given(st.lists(st.tuples(st.integers(0, 2**63 - 1), st.integers(0, 2**256 - 1)), min_size=1))
@settings(max_examples=20)
def test_the_head_of_the_newest_block_is_kept(
    tmp_path_factory: pytest.TempPathFactory, heads: list[tuple[int, int]]
) -> None:
    records = SqliteRecords(tmp_path_factory.mktemp("records") / "records.sqlite3")
    for number, word in heads[:5]:
        records.remember_head(KEY, SeenHead(word, number))
    kept = records.seen_head(KEY)
    assert kept is not None
    assert kept.block_number == max(number for number, _ in heads[:5])
    assert (kept.block_number, kept.word) in heads


@pytest.mark.parametrize(
    "other",
    [
        replace(KEY, chain_id=2),
        replace(KEY, genesis_hash=b"\4" * 32),
        replace(KEY, contract="0x" + "11" * 20),
        replace(KEY, model_id=b"\4" * 32),
    ],
)
def test_heads_of_other_chains_contracts_and_models_are_apart(
    records: SqliteRecords, other: HeadKey
) -> None:
    records.remember_head(KEY, SeenHead(7, 7))
    assert records.seen_head(other) is None
    records.remember_head(other, SeenHead(1, 1))
    assert records.seen_head(KEY) == SeenHead(7, 7)


def test_a_number_that_sqlite_cannot_hold_is_an_error_of_ours(records: SqliteRecords) -> None:
    with pytest.raises(StorageError, match="cannot be used"):
        records.remember_head(KEY, SeenHead(1, 2**63))
    assert records.seen_head(KEY) is None


def test_the_file_and_its_journal_are_private(
    path: Path, records: SqliteRecords, no_umask: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.parent.mkdir(mode=0o755)
    seen: dict[str, int] = {}

    def watched(data: bytes) -> Manifest:
        seen.update({each.name: mode_of(each) for each in path.parent.iterdir()})
        return decode(data)

    monkeypatch.setattr("weightmark.adapters.state.records.decode", watched)
    records.remember(RECORD, DATA)
    assert seen == {"records.sqlite3": 0o600, "records.sqlite3-journal": 0o600}


def test_a_path_that_cannot_be_looked_at_is_named(tmp_path: Path) -> None:
    """A name that is too long stands for all that the system refuses, as root may do the rest."""
    path = tmp_path / ("n" * 300) / "records.sqlite3"
    for use in (SqliteRecords(path).releases, lambda: SqliteRecords(path).remember(RECORD, DATA)):
        with pytest.raises(StorageError, match="too long"):
            use()


def use_in_every_way(records: SqliteRecords) -> None:
    """Expect every method to refuse."""
    for use in (
        lambda: records.remember(RECORD, DATA),
        lambda: found(records),
        records.releases,
        lambda: records.files(FILES[0].digest),
        lambda: records.seen_head(KEY),
        lambda: records.remember_head(KEY, SeenHead(1, 1)),
    ):
        with pytest.raises(StorageError, match=r"records\.sqlite3"):
            use()


def test_a_file_that_is_no_database(path: Path, records: SqliteRecords) -> None:
    path.parent.mkdir()
    path.write_bytes(b"garbage" * 1000)
    use_in_every_way(records)
    assert path.read_bytes() == b"garbage" * 1000


def test_a_folder_in_place_of_the_file(path: Path, records: SqliteRecords) -> None:
    path.mkdir(parents=True)
    use_in_every_way(records)


def test_a_database_cut_off(path: Path, records: SqliteRecords) -> None:
    records.remember(*of(LARGE))
    path.write_bytes(path.read_bytes()[:8192])
    with pytest.raises(StorageError, match="cannot be used"):
        records.files(FILES[0].digest)


def test_a_deed_that_this_version_does_not_know(path: Path, records: SqliteRecords) -> None:
    records.remember(RECORD, DATA)
    with sqlite3.connect(path) as database:
        database.execute("UPDATE releases SET deed = 'sold'")
    database.close()
    with pytest.raises(StorageError, match="sold"):
        records.releases()


def test_a_file_in_place_of_the_folder(path: Path, records: SqliteRecords) -> None:
    path.parent.write_bytes(b"")
    with pytest.raises(StorageError):
        records.remember(RECORD, DATA)
    assert records.releases() == ()


def test_a_read_only_database_can_be_read(
    path: Path, records: SqliteRecords, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its address, for root may write to any file."""
    records.remember(RECORD, DATA)
    connect = sqlite3.connect

    def read_only(name: str, **options: object) -> sqlite3.Connection:
        file = name.removeprefix("file://").partition("?")[0]
        return connect(f"file:{file}?mode=ro&immutable=1", **options)  # type: ignore[call-overload,no-any-return]

    monkeypatch.setattr(sqlite3, "connect", read_only)
    assert records.releases() == (RECORD,)
    with pytest.raises(StorageError, match="readonly database"):
        records.remember(replace(RECORD, version="2"), DATA)


def test_no_space_left_leaves_what_was_there(
    path: Path, records: SqliteRecords, monkeypatch: pytest.MonkeyPatch
) -> None:
    records.remember(RECORD, DATA)
    connect = sqlite3.connect

    def full(*arguments: object, **options: object) -> sqlite3.Connection:
        database = connect(*arguments, **options)  # type: ignore[call-overload]
        database.execute("PRAGMA max_page_count = 1")
        return database  # type: ignore[no-any-return]

    monkeypatch.setattr(sqlite3, "connect", full)
    with pytest.raises(StorageError, match="full"):
        records.remember(*of(LARGE, version="2"))
    monkeypatch.undo()
    assert records.releases() == (RECORD,)
    assert found(records) == (DATA,)
    records.remember(*of(LARGE, version="2"))
    assert len(records.releases()) == 2


def test_an_empty_file_is_no_damage(path: Path, records: SqliteRecords) -> None:
    """A process that is killed at the right moment leaves one."""
    path.parent.mkdir()
    path.write_bytes(b"")
    assert records.releases() == ()
    assert found(records) == ()
    records.remember(RECORD, DATA)
    assert records.releases() == (RECORD,)


def test_a_transaction_that_was_cut_off_is_rolled_back_by_the_next_reader(
    path: Path, records: SqliteRecords, tmp_path: Path
) -> None:
    records.remember(RECORD, DATA)
    crashed = SqliteRecords(tmp_path / "crashed/records.sqlite3")
    (tmp_path / "crashed").mkdir()
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA cache_size = 1")
    database.execute("BEGIN IMMEDIATE")
    database.execute("UPDATE releases SET name = 'spoiled'")
    database.execute("DELETE FROM manifests")
    rows = (("x" * 68, bytes(32), f"{number:0200}", 1) for number in range(2_000))
    database.executemany("INSERT INTO files VALUES (?, ?, ?, ?)", rows)
    for file in path.parent.iterdir():
        shutil.copy(file, tmp_path / "crashed" / file.name)
    database.execute("ROLLBACK")
    database.close()
    assert (tmp_path / "crashed/records.sqlite3-journal").stat().st_size
    assert found(crashed) == (DATA,)
    assert crashed.releases() == (RECORD,)


REMEMBER = """
import sys
from dataclasses import replace
from pathlib import Path
from tests.unit.adapters.state.test_records import DATA, KEY, RECORD
from weightmark.adapters.state.records import SqliteRecords
from weightmark.ports.records import SeenHead
records = SqliteRecords(Path(sys.argv[1]))
sys.stdin.read()
for number in range(20):
    records.seen_head(KEY)
    records.remember(replace(RECORD, version=f"{sys.argv[2]}.{number}"), DATA)
    records.remember_head(KEY, SeenHead(number, number))
"""


def test_several_processes_at_once(path: Path, records: SqliteRecords) -> None:
    command = [sys.executable, "-c", REMEMBER, str(path)]
    workers = [
        subprocess.Popen([*command, name], stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        for name in "abc"
    ]
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.close()
        worker.stdin = None
    for worker in workers:
        errors = worker.communicate()[1]
        assert worker.returncode == 0, errors.decode()
    assert len({each.version for each in records.releases()}) == 60
    assert records.seen_head(KEY) == SeenHead(19, 19)
