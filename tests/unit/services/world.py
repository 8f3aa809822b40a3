"""A publisher, a chain in memory and somebody who verifies, for the tests of the services."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tests.fakes.artifact import FakeArtifact
from tests.fakes.chain import FakeChain
from weightmark.adapters.chain.deployment import packaged_registry
from weightmark.adapters.ipfs.store import BlockStore
from weightmark.adapters.signing.public_keys import PublicKeyring
from weightmark.adapters.state.records import SqliteRecords
from weightmark.adapters.state.trust_file import TrustFile
from weightmark.domain.actions import Revoke
from weightmark.domain.contracts import Contract
from weightmark.domain.networks import LOCAL, Network
from weightmark.domain.policy import Policy
from weightmark.domain.reference import parse_reference
from weightmark.domain.registry import Reason
from weightmark.domain.statements import Registration, RevocationStatement
from weightmark.domain.trust import TrustedPublisher
from weightmark.domain.verdict import Check, Outcome, Verdict
from weightmark.errors import NotDeployedError, ValueFormatError
from weightmark.ports.artifacts import Advance
from weightmark.ports.chain import ChainReader, ChainWriter, RegistrationFilter
from weightmark.ports.records import Records
from weightmark.ports.signing import Signer
from weightmark.ports.trust import TrustStore
from weightmark.services.evidence import Evidence
from weightmark.services.manifests import ManifestDraft
from weightmark.services.publish import Publication, Publisher, PublishRequest
from weightmark.services.signatures.keys import TrustedSigners
from weightmark.services.signatures.release import ReleaseSigner
from weightmark.services.verification.files import FileSelection
from weightmark.services.verification.procedure import VerificationRequest, Verifier
from weightmark.services.verification.signatures import SignatureMeans

ALICE = "0x52908400098527886E0F7030069857D2E4169EE7"
BOB = "0x8617E340B3D01FA5F11F306F4090FD50E238070D"
NAME = "acme/digits"

SEPOLIA = Network("sepolia", 11155111, "https://rpc.example.org")
BASE = Network("base", 8453, "https://rpc.example.org")
FILES = {"config.json": b"{}", "model.bin": b"weights", "tokenizer/vocabulary.txt": b"one\ntwo\n"}


# Nobody is asked to have signed, beside those whom a manifest names.
MEANS = SignatureMeans(PublicKeyring, TrustedSigners((), None, datetime(2026, 11, 21, tzinfo=UTC)))


def unseen(_: int) -> Advance:
    """Show no progress."""
    return lambda _: None


@dataclass
class FakeChains:
    """`Chains` in memory; a network without a chain is an embedded one that does not exist yet."""

    by_id: dict[int, ChainReader]
    default: Network = SEPOLIA
    chosen: Network | None = None
    networks: tuple[Network, ...] = (SEPOLIA, BASE, LOCAL)

    @property
    def registry(self) -> Contract:
        return packaged_registry()

    def network(self, chain: str) -> Network:
        for network in self.networks:
            if chain in (network.name, str(network.chain_id)):
                return network
        raise ValueFormatError(f"no network is called '{chain}'")

    def reader(self, network: Network) -> ChainReader:
        if network.chain_id not in self.by_id:
            raise NotDeployedError("the embedded chain does not exist yet")
        return self.by_id[network.chain_id]


class OmittingChain(FakeChain):
    """A chain whose source leaves out the event of one version, or tells it otherwise."""

    omitted = ""

    def registrations(
        self, registry: str, wanted: RegistrationFilter, block: object
    ) -> tuple[Registration, ...]:
        told = super().registrations(registry, wanted, block)  # type: ignore[arg-type]
        return tuple(each for each in told if each.version != self.omitted)


@dataclass
class World:
    """Everything that the services need; tests bend it at will."""

    folder: Path
    network: Network = SEPOLIA
    chain: OmittingChain = field(init=False)
    chains: FakeChains = field(init=False)
    trust: TrustStore = field(init=False)
    records: Records = field(init=False)
    store: BlockStore = field(init=False)
    artifact: FakeArtifact = field(default_factory=lambda: FakeArtifact(dict(FILES)))
    account: str = ALICE

    def __post_init__(self) -> None:
        self.chain = OmittingChain(self.network.chain_id, is_local=self.network.is_local)
        self.chain.deploy()
        self.chain.finalize(self.chain.mine().number)
        self.chains = FakeChains({self.network.chain_id: self.chain}, default=self.network)
        self.trust = TrustFile(self.folder / "trust.toml")
        self.records = SqliteRecords(self.folder / "records.sqlite3")
        self.store = BlockStore(self.folder / "ipfs")

    def clock(self) -> int:
        """Return a time shortly after the newest block's."""
        return self.chain.blocks[-1].block.timestamp + 10

    def settle(self) -> None:
        """Make everything final."""
        self.chain.finalize(self.chain.mine().number)

    def request(
        self, version: str = "1.0.0", *, signers: Sequence[Signer] = (), **changes: object
    ) -> PublishRequest:
        """Return a request to publish the artifact, signed with some keys."""
        created = datetime(2026, 11, 21, 9, tzinfo=UTC)
        signer = ReleaseSigner(PublicKeyring, created, tuple(signers))
        values = {"publisher": ALICE, "name": NAME, "version": version, "created": created}
        named = {"signers": signer.named}
        draft = ManifestDraft(**(values | named | changes))  # type: ignore[arg-type]
        return PublishRequest(self.artifact, draft, signer, self.network)

    def publisher(self, writer: Callable[[], ChainWriter] | None = None) -> Publisher:
        """Return what publishes."""
        return Publisher(
            self.chains,
            writer or (lambda: self.chain.writer(self.account)),
            self.trust,
            self.records,
            self.clock,
            no_lock,
            self.store,
        )

    def publish(
        self, version: str = "1.0.0", *, signers: Sequence[Signer] = (), **changes: object
    ) -> Publication:
        """Publish the artifact, signed with some keys, and make it final."""
        request = self.request(version, signers=signers, **changes)
        publication = self.publisher().publish(request, unseen)
        self.settle()
        return publication

    def revoke(self, reason: Reason, version: str = "1.0.0") -> None:
        """Revoke a release; the block is not final."""
        self.chain.writer(ALICE).send(Revoke(RevocationStatement(ALICE, NAME, version, reason), 0))

    def forget(self) -> None:
        """Let the verifier be somebody who has seen nothing and trusts nobody."""
        self.trust = TrustFile(self.folder / "elsewhere/trust.toml")
        self.records = SqliteRecords(self.folder / "elsewhere/records.sqlite3")

    def trusts(self, nickname: str = "acme", address: str = ALICE, chain_id: int = 0) -> None:
        """Give a publisher a nickname."""
        entry = TrustedPublisher(nickname, chain_id or self.network.chain_id, address)
        self.trust.add(entry)

    def verify(
        self,
        release: str = "",
        *,
        policy: Policy | None = None,
        only: tuple[str, ...] = (),
        now: int | None = None,
        means: SignatureMeans | None = None,
    ) -> Verdict:
        """Verify the artifact."""
        verifier = Verifier(
            self.chains,
            self.trust.load(),
            self.records,
            self.clock if now is None else lambda: now,
        )
        request = VerificationRequest(
            self.artifact,
            means or MEANS,
            parse_reference(release) if release else None,
            policy or Policy(),
            FileSelection(only),
        )
        return verifier.verify(request, unseen)

    @property
    def registrations(self) -> list[Registration]:
        """Every release that the chain has, the oldest first."""
        return [event for block in self.chain.blocks for event in block.events]

    @property
    def evidence(self) -> Evidence:
        """The manifest beside the files."""
        return Evidence.read(self.artifact)


@contextmanager
def no_lock(_: bytes) -> Iterator[None]:
    """Wait for nobody."""
    yield


def check_named(verdict: Verdict, name: str) -> Check:
    """Return the one check of a name."""
    (check,) = (each for each in verdict.checks if each.name == name)
    return check


def assert_problem(
    verdict: Verdict, name: str, outcome: Outcome, message: str = "", step: int = 0
) -> Check:
    """Expect one problem, and nothing else to be wrong."""
    assert {each.name for each in verdict.problems} == {name}, verdict.problems
    check = verdict.problems[0]
    assert check.outcome is outcome
    assert message in check.message
    assert step in (0, check.step)
    return check
