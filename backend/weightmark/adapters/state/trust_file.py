"""The trust file: TOML that people may read and edit."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from weightmark.adapters.state.atomic import read_small, write_private
from weightmark.adapters.state.locks import file_lock
from weightmark.domain.identifiers import checksum_address
from weightmark.domain.reference import check_nickname
from weightmark.domain.trust import TrustedPublisher, TrustList
from weightmark.errors import (
    AlreadyExistsError,
    ConfigurationError,
    ValueFormatError,
    WeightmarkError,
)


class _Entry(Struct, frozen=True, forbid_unknown_fields=True):
    nickname: str
    chain: int
    address: str
    note: str = ""
    added: str = ""


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    publisher: tuple[_Entry, ...] = ()


class TrustFile:
    """`TrustStore` in a file; a file that is not there is empty."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> TrustList:
        """Return all entries."""
        data = read_small(self._path)
        if data is None:
            return TrustList()
        try:
            entries = msgspec.toml.decode(data, type=_File).publisher
            return _trust_list(entries)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, WeightmarkError) as error:
            raise ConfigurationError(
                f"the trust file {self._path} is malformed: {error}",
                hint="correct it, or move it away and add the publishers again",
            ) from None

    def add(self, publisher: TrustedPublisher) -> None:
        """Add an entry."""
        with self._locked():
            known = self.load().publishers
            for each in known:
                if (each.nickname, each.chain_id) != (publisher.nickname, publisher.chain_id):
                    continue
                if each.address == publisher.address:
                    return
                raise AlreadyExistsError(
                    f"'{each.nickname}' stands for {each.address} on chain {each.chain_id}",
                    hint=f"choose another nickname, or first: weightmark trust remove "
                    f"{each.nickname}",
                )
            self._write((*known, publisher))

    def remove(self, nickname: str, chain_id: int | None) -> TrustedPublisher:
        """Remove the one entry of a nickname, and return it."""
        with self._locked():
            trust = self.load()
            removed = trust.named(nickname, chain_id)
            self._write(tuple(each for each in trust.publishers if each != removed))
        return removed

    def _locked(self) -> AbstractContextManager[None]:
        return file_lock(self._path.parent / f"{self._path.stem}.lock")

    def _write(self, publishers: tuple[TrustedPublisher, ...]) -> None:
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        entries = tuple(
            _Entry(each.nickname, each.chain_id, each.address, each.note, each.added or now)
            for each in publishers
        )
        try:
            data = msgspec.toml.encode(_File(entries))
        except UnicodeEncodeError:
            raise ValueFormatError("the note is not UTF-8") from None
        write_private(self._path, data, replace=True)


def _trust_list(entries: tuple[_Entry, ...]) -> TrustList:
    named: dict[tuple[str, int], TrustedPublisher] = {}
    for entry in entries:
        key = (entry.nickname, entry.chain)
        if key in named:
            raise ConfigurationError(f"'{entry.nickname}' stands twice for chain {entry.chain}")
        named[key] = _publisher(entry)
    return TrustList(tuple(named.values()))


def _publisher(entry: _Entry) -> TrustedPublisher:
    return TrustedPublisher(
        nickname=check_nickname(entry.nickname),
        chain_id=entry.chain,
        address=checksum_address(entry.address),
        note=entry.note,
        added=entry.added,
    )
