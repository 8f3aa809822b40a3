"""The networks that a user added, in a TOML file."""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import Struct

from weightmark.adapters.chain.endpoint import check_endpoint
from weightmark.adapters.state.atomic import read_small, write_private
from weightmark.adapters.state.locks import file_lock
from weightmark.domain.networks import BUILT_IN, LOCAL, Network
from weightmark.domain.reference import check_nickname
from weightmark.errors import AlreadyExistsError, ConfigurationError

# The largest chain id, by EIP-2294: what a signature makes of it fits in 64 bits.
MAX_CHAIN_ID = (2**64 - 1) // 2 - 36


class _Entry(Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    chain_id: int
    rpc_url: str = ""


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    network: tuple[_Entry, ...] = ()


class NetworksFile:
    """Networks that are built in or were added."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def all(self) -> tuple[Network, ...]:
        """Return every network; an added one takes the place of a built-in one of its name.

        Raises:
            ConfigurationError: The file is malformed.
        """
        added = {each.name: each for each in self._added()}
        built_in = (each for each in BUILT_IN if each.name not in added)
        return (*built_in, *added.values())

    def add(self, network: Network) -> None:
        """Add a network, or give a built-in one an endpoint.

        Raises:
            AlreadyExistsError: A network of that name was added, or has another chain id.
            ConfigurationError: A value breaks its rule, or the file is malformed.
            StorageError: The file cannot be written.
        """
        check_network(network)
        with file_lock(self._path.with_suffix(".lock")):
            for known in self.all():
                if known.name == network.name and (
                    known not in BUILT_IN or known.chain_id != network.chain_id
                ):
                    raise AlreadyExistsError(
                        f"the network '{known.name}' is known, with chain id {known.chain_id}",
                        hint=f"choose another name, or edit {self._path}",
                    )
            entries = (_Entry(each.name, each.chain_id, each.rpc_url) for each in self._added())
            new = _Entry(network.name, network.chain_id, network.rpc_url)
            data = msgspec.toml.encode(_File((*entries, new)))
            write_private(self._path, data, replace=True)

    def _added(self) -> tuple[Network, ...]:
        data = read_small(self._path)
        if data is None:
            return ()
        try:
            entries = msgspec.toml.decode(data, type=_File).network
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise ConfigurationError(
                f"the networks file {self._path} is malformed: {error}", hint="correct it"
            ) from None
        return tuple(
            check_network(Network(each.name, each.chain_id, each.rpc_url)) for each in entries
        )


def check_network(network: Network) -> Network:
    """Return ``network`` if it may be used.

    Raises:
        ConfigurationError: Its chain id or its endpoint breaks a rule.
        ValueFormatError: Its name does.
    """
    check_nickname(network.name)
    if network.name.isdigit():
        raise ConfigurationError(f"a network cannot be called {network.name}: that is a chain id")
    if not 0 < network.chain_id <= MAX_CHAIN_ID:
        raise ConfigurationError(f"{network.chain_id} is not a chain id")
    if network.is_embedded:
        raise ConfigurationError(
            f"{network.chain_id} is the chain id of '{LOCAL.name}', the embedded chain",
            hint="that chain needs no endpoint: --network local",
        )
    if network.rpc_url:
        check_endpoint(network)
    return network
