"""The web API over chains in memory; everything else of it is real."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from tests.fakes.chain import FakeChain
from weightmark.adapters.chain.deployment import packaged_registry
from weightmark.api.app import create_app
from weightmark.bootstrap.application import Application
from weightmark.domain.actions import Register
from weightmark.domain.content_address import raw_block_cid
from weightmark.domain.contracts import Contract
from weightmark.domain.digests import Digest, DigestAlgorithm
from weightmark.domain.manifest import (
    SCHEMA,
    FileEntry,
    Manifest,
    artifact_root_text,
    encode,
    manifest_hash,
    sorted_entries,
)
from weightmark.domain.merkle import MerkleTree
from weightmark.domain.networks import Network
from weightmark.domain.statements import ReleaseStatement
from weightmark.domain.trust import TrustedPublisher
from weightmark.errors import ConfigurationError, ValueFormatError
from weightmark.ports.records import ReleaseDeed, ReleaseRecord

ALICE = "0x52908400098527886E0F7030069857D2E4169EE7"
BOB = "0x8617E340B3D01FA5F11F306F4090FD50E238070D"

FIRST = Network("first", 1001)
SECOND = Network("second", 1002)
UNREADABLE = Network("unreadable", 1003)

CONTENT = b"one\ntwo\n"
DIGEST = Digest(DigestAlgorithm.SHA2_256, hashlib.sha256(CONTENT).digest()).hex


@dataclass
class FakeChains:
    """`Chains` of two networks in memory, and of one that has no endpoint."""

    chains: dict[int, FakeChain]
    chosen: Network | None = None
    networks: tuple[Network, ...] = (FIRST, SECOND, UNREADABLE)

    @property
    def registry(self) -> Contract:
        return packaged_registry()

    @property
    def default(self) -> Network:
        return FIRST

    def network(self, chain: str) -> Network:
        for network in self.networks:
            if chain in (network.name, str(network.chain_id)):
                return network
        raise ValueFormatError(f"no network is called {chain!r}")

    def reader(self, network: Network) -> FakeChain:
        if network.chain_id not in self.chains:
            raise ConfigurationError("no endpoint is known for /secret/path")
        return self.chains[network.chain_id]


def manifest_of(publisher: str, name: str, version: str, files: dict[str, bytes]) -> Manifest:
    entries = sorted_entries(
        FileEntry(path, len(data), "1220" + hashlib.sha256(data).hexdigest())
        for path, data in files.items()
    )
    return Manifest(
        publisher=publisher,
        name=name,
        version=version,
        created="2026-11-21T09:00:00Z",
        digest=DigestAlgorithm.SHA2_256,
        artifact_root=artifact_root_text(MerkleTree.of(entry.leaf for entry in entries).root),
        files=entries,
        schema=SCHEMA,
    )


@dataclass
class Service:
    """The web API, and what tests do behind its back."""

    directory: Path
    chains: FakeChains = field(init=False)
    application: Application = field(init=False)
    local_only: bool = False

    def __post_init__(self) -> None:
        self.chains = FakeChains(
            {each.chain_id: FakeChain(each.chain_id) for each in (FIRST, SECOND)}
        )
        for chain in self.chains.chains.values():
            chain.deploy()
            chain.mine()
        self.application = Application.load(
            {"data_dir": str(self.directory)}, {}, working_directory=self.directory
        )
        vars(self.application)["chains"] = self.chains

    @property
    def chain(self) -> FakeChain:
        """The chain of the default network."""
        return self.chains.chains[FIRST.chain_id]

    @cached_property
    def client(self) -> TestClient:
        """A client that gets an answer whatever fails."""
        app = create_app(self.application, local_only=self.local_only)
        return TestClient(app, "http://127.0.0.1", raise_server_exceptions=False)

    def publish(
        self,
        name: str = "acme/digits",
        version: str = "1.0.0",
        *,
        publisher: str = ALICE,
        network: Network = FIRST,
        files: dict[str, bytes] | None = None,
        remembered: bool = True,
    ) -> ReleaseStatement:
        """Register a release, and remember it."""
        manifest = manifest_of(publisher, name, version, files or {"vocabulary.txt": CONTENT})
        data = encode(manifest)
        root = bytes.fromhex(manifest.artifact_root[2:])
        digest = manifest_hash(data)
        statement = ReleaseStatement(publisher, name, version, root, digest, raw_block_cid(digest))
        self.chains.chains[network.chain_id].writer(publisher).send(Register(statement, 0))
        if remembered:
            self.remember(manifest, network)
        return statement

    def remember(
        self, manifest: Manifest, network: Network, deed: ReleaseDeed = ReleaseDeed.PUBLISHED
    ) -> None:
        """Remember a release, whether or not the chain has it."""
        data = encode(manifest)
        root = bytes.fromhex(manifest.artifact_root[2:])
        publisher, name, version = manifest.publisher, manifest.name, manifest.version
        key = (network.chain_id, publisher, name, version)
        record = ReleaseRecord(*key, root, manifest_hash(data), deed, 1_700_000_000)
        self.application.records.remember(record, data)

    def trust(self, nickname: str, publisher: str, network: Network = FIRST) -> None:
        """Give a publisher a nickname."""
        self.application.trust.add(TrustedPublisher(nickname, network.chain_id, publisher))

    def get(self, path: str, status: int = 200) -> Any:
        """Return the body of an answer that has to have a status, as JSON."""
        answer = self.client.get(path)
        assert answer.status_code == status, answer.text
        return answer.json()
