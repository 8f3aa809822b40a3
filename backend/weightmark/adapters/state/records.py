"""The records of this machine, in one SQLite file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from weightmark.adapters.state.sqlite_file import SqliteFile
from weightmark.domain.manifest import decode
from weightmark.ports.records import FileRecord, HeadKey, ReleaseDeed, ReleaseRecord, SeenHead

if TYPE_CHECKING:
    import sqlite3

_SCHEMA = """
CREATE TABLE IF NOT EXISTS releases (
    id INTEGER PRIMARY KEY,
    chain_id INTEGER NOT NULL, publisher TEXT NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL,
    artifact_root BLOB NOT NULL, manifest_hash BLOB NOT NULL, deed TEXT NOT NULL,
    time INTEGER NOT NULL,
    UNIQUE (chain_id, publisher, name, version, manifest_hash, deed)
);
CREATE INDEX IF NOT EXISTS releases_by_root ON releases (artifact_root);
CREATE INDEX IF NOT EXISTS releases_by_manifest ON releases (manifest_hash);
CREATE TABLE IF NOT EXISTS manifests (hash BLOB PRIMARY KEY, data BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS files (
    digest TEXT NOT NULL, manifest_hash BLOB NOT NULL, path TEXT NOT NULL, size INTEGER NOT NULL,
    PRIMARY KEY (digest, manifest_hash, path)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS heads (
    chain_id INTEGER NOT NULL, genesis_hash BLOB NOT NULL, contract TEXT NOT NULL,
    model_id BLOB NOT NULL, word BLOB NOT NULL, block_number INTEGER NOT NULL,
    PRIMARY KEY (chain_id, genesis_hash, contract, model_id)
) WITHOUT ROWID;
"""

_COLUMNS = "chain_id, publisher, name, version, artifact_root, manifest_hash, deed, time"
_INSERT = "INSERT OR IGNORE INTO releases VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)"


class SqliteRecords:
    """`Records` in a file that is made when something is first remembered."""

    def __init__(self, path: Path) -> None:
        self._file = SqliteFile(path, _SCHEMA, "the records of this machine", "the history")

    def remember(self, record: ReleaseRecord, manifest: bytes) -> None:
        """Keep a release and its manifest."""
        with self._file.writing() as database:
            known = database.execute(
                "SELECT 1 FROM manifests WHERE hash = ?", (record.manifest_hash,)
            ).fetchone()
            if known is None:
                database.execute(
                    "INSERT INTO manifests VALUES (?, ?)", (record.manifest_hash, manifest)
                )
                database.executemany(
                    "INSERT INTO files VALUES (?, ?, ?, ?)",
                    (
                        (entry.digest, record.manifest_hash, entry.path, entry.size)
                        for entry in decode(manifest).files
                    ),
                )
            database.execute(
                _INSERT,
                (
                    record.chain_id,
                    record.publisher,
                    record.name,
                    record.version,
                    record.artifact_root,
                    record.manifest_hash,
                    record.deed,
                    record.time,
                ),
            )

    def manifests(
        self, chain_id: int, publisher: str, name: str, version: str
    ) -> tuple[bytes, ...]:
        """Return the manifests of a remembered release, those of a publish first."""
        query = """
            SELECT data FROM releases JOIN manifests ON hash = manifest_hash
            WHERE (chain_id, publisher, name, version) = (?, ?, ?, ?)
            ORDER BY deed = 'drafted', deed, id DESC
        """
        with self._file.reading() as database:
            rows = database.execute(query, (chain_id, publisher, name, version))
            return tuple(bytes(data) for (data,) in rows)

    def releases(
        self, *, artifact_root: bytes = b"", publisher: str = ""
    ) -> tuple[ReleaseRecord, ...]:
        """Return remembered releases."""
        query = f"""
            SELECT {_COLUMNS} FROM releases
            WHERE ? IN (x'', artifact_root) AND ? IN ('', publisher) ORDER BY id
        """  # noqa: S608 - the columns are a constant of this module
        with self._file.reading() as database:
            rows = database.execute(query, (artifact_root, publisher))
            return tuple(_record(row) for row in rows)

    def files(self, digest: str) -> tuple[FileRecord, ...]:
        """Return the remembered files that have a digest."""
        query = f"""
            SELECT {_COLUMNS}, path, size FROM files JOIN releases USING (manifest_hash)
            WHERE digest = ? ORDER BY id, path
        """  # noqa: S608 - the columns are a constant of this module
        with self._file.reading() as database:
            rows = database.execute(query, (digest,))
            return tuple(FileRecord(_record(row[:8]), row[8], row[9]) for row in rows)

    def seen_head(self, key: HeadKey) -> SeenHead | None:
        """Return the newest head that was seen final, if one was."""
        with self._file.reading() as database:
            return _seen_head(database, key)

    def genesis_hashes(self, chain_id: int) -> frozenset[bytes]:
        """Return the first blocks with which a chain id was seen."""
        query = "SELECT DISTINCT genesis_hash FROM heads WHERE chain_id = ?"
        with self._file.reading() as database:
            rows = database.execute(query, (chain_id,)).fetchall()
        return frozenset(row[0] for row in rows)

    def remember_head(self, key: HeadKey, head: SeenHead) -> None:
        """Keep a head that was seen final, unless a newer one is kept already."""
        with self._file.writing() as database:
            known = _seen_head(database, key)
            if known is None or known.block_number < head.block_number:
                database.execute(
                    "INSERT OR REPLACE INTO heads VALUES (?, ?, ?, ?, ?, ?)",
                    (*_head_key(key), head.word.to_bytes(32, "big"), head.block_number),
                )


def _record(row: tuple[int, str, str, str, bytes, bytes, str, int]) -> ReleaseRecord:
    return ReleaseRecord(*row[:6], ReleaseDeed(row[6]), row[7])


def _head_key(key: HeadKey) -> tuple[int, bytes, str, bytes]:
    return key.chain_id, key.genesis_hash, key.contract, key.model_id


def _seen_head(database: sqlite3.Connection, key: HeadKey) -> SeenHead | None:
    row = database.execute(
        "SELECT word, block_number FROM heads "
        "WHERE (chain_id, genesis_hash, contract, model_id) = (?, ?, ?, ?)",
        _head_key(key),
    ).fetchone()
    return None if row is None else SeenHead(int.from_bytes(row[0], "big"), row[1])
