"""Look-ups that the web API answers: by identity on a chain, by content in what is remembered."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from weightmark.domain.digests import Digest
from weightmark.domain.identifiers import check_name, check_version, release_id_of
from weightmark.domain.networks import Network
from weightmark.domain.reference import check_publisher
from weightmark.domain.releases import ReleaseView
from weightmark.domain.text import printable
from weightmark.errors import UnknownReleaseError, ValueFormatError, WeightmarkError
from weightmark.ports.chains import Chains
from weightmark.ports.records import FileRecord, Records, ReleaseRecord
from weightmark.ports.trust import TrustStore
from weightmark.services.lookup import Lookup, network_asked_for, resolve_publisher

_RELEASE_ID = re.compile(r"0x([0-9a-fA-F]{64})")

# What identifies the same bytes on one chain: the chain's id and the artifact root.
_Content = tuple[int, bytes]


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A remembered file, and what its chain says of the bytes that it came with.

    Attributes:
        record: The file, and the release with which it is remembered.
        releases: Every publisher's releases of the same artifact root, the oldest first.
        error: Why the chain could not be asked, if it could not.
    """

    record: FileRecord
    releases: tuple[ReleaseView, ...] = ()
    error: WeightmarkError | None = None


class Catalogue:
    """Finds releases. Every call reads anew; nothing is kept from one to the next.

    Wherever ``chain`` is taken, it is a network's name or a chain id, or empty for the one that the
    configuration, the trust file or the records tell. Every method that reads a chain raises
    `UnavailableError` when it is out of reach, and `LookAlikeContractError`.
    """

    def __init__(self, chains: Chains, trust: TrustStore, records: Records) -> None:
        self._chains = chains
        self._trust = trust
        self._records = records

    def release(self, publisher: str, name: str, version: str, chain: str = "") -> ReleaseView:
        """Return one release of a publisher, who is an address or a nickname.

        Raises:
            UnknownReleaseError: There is no such release.
            UsageError: The chosen network contradicts ``chain``.
            ValueFormatError: A value does not have its form, or is unknown or ambiguous.
        """
        check_name(name)
        check_version(version)
        network, address = self._publisher(publisher, chain)
        return Lookup(self._chains, network).release(address, name, version)

    def release_by_id(self, release_id: str, chain: str = "") -> ReleaseView:
        """Return a remembered release by its id: ``0x`` and 64 hex digits.

        Raises:
            UnknownReleaseError: No release of that id is remembered, or the chain has none.
            UsageError: The chosen network contradicts ``chain``.
            ValueFormatError: It is not an id, or remembered on several chains.
        """
        record = self._remembered(_release_id(release_id), chain)
        network = self._chains.network(str(record.chain_id))
        return Lookup(self._chains, network).release(record.publisher, record.name, record.version)

    def by_publisher(self, publisher: str, chain: str = "") -> tuple[ReleaseView, ...]:
        """Return all releases of a publisher, who is an address or a nickname, the oldest first.

        Raises:
            UsageError: The chosen network contradicts ``chain``.
            ValueFormatError: A value does not have its form, or is unknown or ambiguous.
        """
        network, address = self._publisher(publisher, chain)
        return Lookup(self._chains, network).by_publisher(address)

    def files(self, digest: str) -> tuple[FoundFile, ...]:
        """Return the remembered files that have a digest, each with all who registered its release.

        A chain that cannot be asked is an error of the files that are remembered on it alone.

        Raises:
            StorageError: The records cannot be read.
            ValueFormatError: It is not a digest.
        """
        records = self._records.files(Digest.parse(digest).hex)
        answers = self._registered({_content(record.release) for record in records})
        return tuple(_found(record, answers[_content(record.release)]) for record in records)

    def _publisher(self, publisher: str, chain: str) -> tuple[Network, str]:
        checked = check_publisher(publisher)
        return resolve_publisher(chain, checked, self._trust.load(), self._chains)

    def _remembered(self, release_id: bytes, chain: str) -> ReleaseRecord:
        network = network_asked_for(chain, self._chains)
        by_chain = {
            record.chain_id: record
            for record in self._records.releases()
            if network is None or record.chain_id == network.chain_id
            if release_id_of(record.publisher, record.name, record.version) == release_id
        }
        if not by_chain:
            raise UnknownReleaseError(
                f"no release 0x{release_id.hex()} was published or verified here",
                hint="a chain cannot be asked for an id alone: ask for publisher, name and version",
            )
        if len(by_chain) > 1:
            raise ValueFormatError(
                f"0x{release_id.hex()} is remembered on several chains: "
                + ", ".join(map(str, by_chain)),
                hint="name the chain",
            )
        (record,) = by_chain.values()
        return record

    def _registered(
        self, contents: Iterable[_Content]
    ) -> dict[_Content, tuple[ReleaseView, ...] | WeightmarkError]:
        answers: dict[_Content, tuple[ReleaseView, ...] | WeightmarkError] = {}
        for chain_id, group in groupby(sorted(contents), key=lambda content: content[0]):
            asked = list(group)
            try:
                lookup = Lookup(self._chains, self._chains.network(str(chain_id)))
                answers |= {content: lookup.by_artifact_root(content[1]) for content in asked}
            except WeightmarkError as error:
                answers |= dict.fromkeys(asked, error)
        return answers


def _content(record: ReleaseRecord) -> _Content:
    return record.chain_id, record.artifact_root


def _found(record: FileRecord, answer: tuple[ReleaseView, ...] | WeightmarkError) -> FoundFile:
    if isinstance(answer, WeightmarkError):
        return FoundFile(record, error=answer)
    return FoundFile(record, releases=answer)


def _release_id(text: str) -> bytes:
    match = _RELEASE_ID.fullmatch(text)
    if match is None:
        raise ValueFormatError(
            f"'{printable(text[:80])}' is not a release id",
            hint="a release id is 0x and 64 hex digits",
        )
    return bytes.fromhex(match[1])
