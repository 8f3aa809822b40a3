"""One configured Weightmark: everything that the command line and the APIs call."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from functools import cached_property
from os.path import isfile
from pathlib import Path
from typing import TYPE_CHECKING

from weightmark.adapters.state.atomic import read_small
from weightmark.adapters.state.keys import KeyFolder
from weightmark.bootstrap.accounts import (
    PRIVATE_KEY_VARIABLE,
    Accounts,
    AskPerson,
    given_secret,
    refuse_to_ask,
)
from weightmark.bootstrap.artifacts import Artifacts
from weightmark.bootstrap.settings import Settings, load_settings
from weightmark.domain.networks import Network
from weightmark.domain.policy import Policy, decode_policy
from weightmark.errors import ConfigurationError

if TYPE_CHECKING:
    from weightmark.adapters.chain.configured import ConfiguredChains
    from weightmark.adapters.ipfs.store import BlockStore
    from weightmark.adapters.state.networks_file import NetworksFile
    from weightmark.adapters.state.records import SqliteRecords
    from weightmark.adapters.state.trust_file import TrustFile
    from weightmark.domain.reference import Reference
    from weightmark.domain.statements import Statement
    from weightmark.ports.chain import Block, ChainDrafter, ChainWriter
    from weightmark.ports.records import FileRecord
    from weightmark.services.catalogue import Catalogue
    from weightmark.services.drafting import Drafting
    from weightmark.services.finality import Waiting
    from weightmark.services.lookup import Lookup, ResolvedReference
    from weightmark.services.publish import Publisher
    from weightmark.services.revoke import Revoker
    from weightmark.services.submit import Submitter
    from weightmark.services.verification.procedure import Verifier


class Application:
    """Joins the services to the adapters. Nothing is imported or opened before it is used."""

    def __init__(self, settings: Settings, environment: Mapping[str, str], ask: AskPerson) -> None:
        self.settings = settings
        self._environment = environment
        self._ask = ask

    @classmethod
    def load(
        cls,
        options: Mapping[str, str | None],
        environment: Mapping[str, str],
        working_directory: Path,
        ask: AskPerson = refuse_to_ask,
    ) -> Application:
        """Read the configuration.

        Raises:
            ConfigurationError: A configuration file is malformed or cannot be read.
        """
        settings = load_settings(options, environment, working_directory)
        return cls(settings, environment, ask)

    @cached_property
    def records(self) -> SqliteRecords:
        """What this machine remembers."""
        from weightmark.adapters.state.records import SqliteRecords

        return SqliteRecords(self.settings.data_dir / "records.sqlite3")

    @cached_property
    def store(self) -> BlockStore:
        """The embedded block store."""
        from weightmark.adapters.ipfs.store import BlockStore

        return BlockStore(self.settings.data_dir / "ipfs")

    @cached_property
    def trust(self) -> TrustFile:
        """The trust file."""
        from weightmark.adapters.state.trust_file import TrustFile

        default = self.settings.config_dir / "trust.toml"
        return TrustFile(Path(self.settings.trust) if self.settings.trust else default)

    @cached_property
    def networks(self) -> NetworksFile:
        """The networks that are known."""
        from weightmark.adapters.state.networks_file import NetworksFile

        return NetworksFile(self.settings.config_dir / "networks.toml")

    @cached_property
    def keys(self) -> KeyFolder:
        """The keys of this machine."""
        return KeyFolder(self.settings.data_dir / "keys")

    @cached_property
    def accounts(self) -> Accounts:
        """The keys that sign."""
        chosen = self.settings.chosen_key
        hidden = {PRIVATE_KEY_VARIABLE} if chosen else set()
        environment = {name: text for name, text in self._environment.items() if name not in hidden}
        return Accounts(self.keys, self.settings.key, environment, self._ask)

    def secret(self, variable: str) -> str | None:
        """Return what a variable holds, or the file that its companion names.

        Raises:
            ConfigurationError: The file cannot be read.
        """
        return given_secret(self._environment, variable)

    @cached_property
    def chains(self) -> ConfiguredChains:
        """The networks that are configured, and the chains behind them."""
        from weightmark.adapters.chain.configured import ConfiguredChains
        from weightmark.adapters.http.endpoint import Endpoint

        settings = self.settings
        return ConfiguredChains(
            networks=self.networks.all(),
            embedded_path=settings.data_dir / "chain" / "local.sqlite3",
            journals=settings.data_dir / "transactions",
            rpc_url=Endpoint.parse(settings.rpc_url).url if settings.rpc_url else "",
            chosen_name=settings.chosen_network,
            default_name=settings.network,
        )

    @property
    def network(self) -> Network:
        """The network on which is published: the chosen one, or the default."""
        return self.chains.chosen or self.chains.default

    @cached_property
    def artifacts(self) -> Artifacts:
        """What opens artifacts."""
        return Artifacts(self.settings)

    def policy(self) -> Policy:
        """Return the policy that is configured, or the default one.

        Raises:
            ConfigurationError: It is malformed or cannot be read.
        """
        if not self.settings.policy:
            return Policy()
        data = read_small(Path(self.settings.policy))
        if data is None:
            raise ConfigurationError(f"there is no policy file {self.settings.policy}")
        return decode_policy(data)

    def resolve(self, reference: Reference) -> ResolvedReference:
        """Find out which chain and which address a reference means.

        Raises:
            UsageError: The chosen network contradicts the reference.
            ValueFormatError: The chain or the nickname is unknown, or ambiguous.
            ConfigurationError: The trust file is malformed.
        """
        from weightmark.services.lookup import resolve

        return resolve(reference, self.trust.load(), self.chains)

    def find(self, file_or_digest: str) -> tuple[FileRecord, ...]:
        """Return the remembered files that have the content of a file, or a digest.

        Raises:
            MissingPathError: It is neither a file nor a digest.
            ArtifactError: The file cannot be read.
            StorageError: The records cannot be read.
        """
        from weightmark.services.find import find_digest, find_file

        if isfile(file_or_digest):  # noqa: PTH113 - Path's own raises where a name is too long
            return find_file(self.artifacts.download(Path(file_or_digest)), self.records)
        return find_digest(file_or_digest, self.records)

    def lookup(self, network: Network) -> Lookup:
        """Open a chain for look-ups.

        Raises:
            UnavailableError: The chain is out of reach, or the registry is not there.
            LookAlikeContractError: The contract is not the registry.
        """
        from weightmark.services.lookup import Lookup

        return Lookup(self.chains, network)

    def catalogue(self) -> Catalogue:
        """Return what answers the look-ups of the web API."""
        from weightmark.services.catalogue import Catalogue

        return Catalogue(self.chains, self.trust, self.records)

    def check_network(self, network: Network) -> Block:
        """Make sure that a chain can be used, and return its newest block.

        Raises:
            UnavailableError: The chain is out of reach, or the registry is not there.
            LookAlikeContractError: The contract is not the registry.
        """
        from weightmark.ports.chain import BlockTag
        from weightmark.services.lookup import check_chain

        reader = self.chains.reader(network)
        block = reader.block(BlockTag.LATEST)
        check_chain(reader, network, self.chains, block)
        return block

    def verifier(self) -> Verifier:
        """Return what verifies downloads."""
        from weightmark.services.verification.procedure import Verifier

        return Verifier(self.chains, self.trust.load(), self.records, unix_time)

    def publisher(self, network: Network) -> Publisher:
        """Return what publishes models with the configured key."""
        from weightmark.services.publish import Publisher

        return Publisher(
            self.chains,
            lambda: self.writer(network),
            self.trust,
            self.records,
            unix_time,
            self._release_lock,
            self.store,
        )

    def revoker(self, network: Network) -> Revoker:
        """Return what revokes releases with the configured key."""
        from weightmark.services.revoke import Revoker

        return Revoker(self.chains, lambda: self.writer(network), self.records)

    def drafting(self, network: Network) -> Drafting:
        """Return what asks for the cost of a statement, and has it signed."""
        from weightmark.services.drafting import Drafting

        account = self.accounts.known_address(network)

        def sign(signer: str, digest: bytes) -> bytes:
            ours = signer == account
            return self.accounts.private_key(network).sign(digest) if ours else b""

        return Drafting(
            self.chains,
            network,
            account,
            lambda each: self.chains.drafter(network, each),
            sign,
            must_be_ours=bool(self.settings.chosen_key),
        )

    def submitter(self) -> Submitter:
        """Return what submits with the configured key what others have signed."""
        from weightmark.services.submit import Submitter

        return Submitter(self.chains, self.writer, self.drafter, self.records)

    def drafter(self, network: Network) -> ChainDrafter:
        """Open a chain for the account of the configured key, which stays closed.

        Raises:
            KeyFileError: There is no key, or it cannot be used.
            MissingPathError: The key that is named is not there.
        """
        return self.chains.drafter(network, self.accounts.address(network))

    def writer(self, network: Network) -> ChainWriter:
        """Open a chain for the account of the configured key.

        Raises:
            KeyFileError: There is no key, or it cannot be used.
            MissingPathError: The key that is named is not there.
        """
        return self.chains.writer(network, self.accounts.private_key(network))

    def wait_until_final(
        self, network: Network, statement: Statement, reference: str, waiting: Waiting
    ) -> None:
        """Wait until the final block of a chain has what a statement says.

        Raises:
            AlreadyRevokedError: The release that was registered was revoked meanwhile.
            VersionExistsError: Its block went away, and another release has its version.
            TransactionFailedError: It has not in time.
            ChainUnreachableError: The chain does not answer.
        """
        from weightmark.services.finality import Finality

        reader, registry = self.chains.reader(network), self.chains.registry.address
        Finality(reader, registry, statement, reference, waiting).wait()

    def creation_time(self) -> datetime:
        """Return the time that a new manifest carries.

        ``SOURCE_DATE_EPOCH`` sets it, for builds that repeat
        (https://reproducible-builds.org/specs/source-date-epoch/).

        Raises:
            ConfigurationError: The variable is not a time.
        """
        epoch = self._environment.get("SOURCE_DATE_EPOCH", "")
        try:
            return datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)
        except (ValueError, OverflowError, OSError):
            raise ConfigurationError(f"SOURCE_DATE_EPOCH is not a time: {epoch[:40]!r}") from None

    def _release_lock(self, release_id: bytes) -> AbstractContextManager[None]:
        from weightmark.adapters.state.locks import file_lock

        return file_lock(self.settings.data_dir / "locks" / f"{release_id.hex()}.lock")


def unix_time() -> int:
    """Return the time in seconds since 1970."""
    return int(time.time())
