"""Looking at publishers, and acting as an owner: what the commands are made of."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from weightmark.adapters.state.atomic import read_small
from weightmark.bootstrap.application import Application, unix_time
from weightmark.domain.identifiers import checksum_address
from weightmark.domain.networks import Network
from weightmark.domain.reference import check_publisher
from weightmark.domain.signing_keys import KeyAlgorithm, parse_fingerprint, refuse_shared_secret
from weightmark.domain.trust import OWN_NICKNAME
from weightmark.errors import MissingPathError, NoKeyError, UsageError, ValueFormatError

# An index is a number of 32 bits.
_INDEX = re.compile(r"[0-9]{1,10}")

if TYPE_CHECKING:
    from weightmark.bootstrap.accounts import Accounts
    from weightmark.services.ownership import Ownership
    from weightmark.services.publisher_state import PublisherState


def state_of(application: Application, publisher: str | None) -> PublisherState:
    """Read a publisher, ``[chain:]`` and an address or a nickname; by default the key's own.

    Without a key it is ``me``.

    Raises:
        UsageError: The chosen network contradicts the chain.
        ValueFormatError: The publisher is malformed, or unknown.
        NoKeyError: No publisher is named, there is no key, and no ``me``.
        UnavailableError: The chain is out of reach, or the registry is not there.
        LookAlikeContractError: The contract is not the registry.
    """
    from weightmark.services.publisher_state import PublisherState

    network, address = _identity(application, publisher)
    return PublisherState(application.chains, network, address)


def ownership_of(
    application: Application,
    publisher: str | None,
    owner_index: int | None,
    *,
    must_be_ours: bool,
) -> tuple[PublisherState, Ownership]:
    """Return a publisher, and what plans the actions of the configured key as its owner.

    Args:
        application: What is configured.
        publisher: As in `state_of`.
        owner_index: Which of the publisher's owners the key is; None to find out.
        must_be_ours: Whether the key has to be an owner, as it is the one that signs; one that the
            caller names has to be it in any case.

    Raises:
        NotAuthorizedError: The key is no owner.
        KeyFileError: There is no key, or it cannot be used.
        WeightmarkError: As in `state_of`.
    """
    from weightmark.services.ownership import Ownership

    state = state_of(application, publisher)
    network, accounts = state.network, application.accounts
    ours = must_be_ours or bool(application.settings.chosen_key)
    account = _account(accounts, network) if ours else accounts.known_address(network)
    owner = Ownership(state, account, unix_time(), owner_index, must_be_ours=ours)
    return state, owner


def signing_key_of(text: str, algorithm: KeyAlgorithm | None) -> tuple[bytes, KeyAlgorithm]:
    """Return fingerprint and algorithm of a public key: a file, or a fingerprint with an algorithm.

    Raises:
        UsageError: A fingerprint comes without an algorithm, a file's key has another one, or the
            algorithm is that of a shared secret.
        MissingPathError: The file is not there.
        KeyFileError: It is no public key.
        ConfigurationError: It cannot be read, or is too large.
    """
    from weightmark.adapters.signing.public_key_files import read_public_key

    try:
        fingerprint = parse_fingerprint(text)
    except ValueFormatError:
        data = read_small(Path(text))
        if data is None:
            raise MissingPathError(
                f"there is no public key {text}",
                hint="name a file in PEM or DER, or a fingerprint: 64 hex digits",
            ) from None
        found = read_public_key(data, text).identity
        if algorithm not in (None, found.algorithm):
            raise UsageError(f"'{text}' is a key of {found.algorithm.label}") from None
        return bytes.fromhex(found.fingerprint), found.algorithm
    if algorithm is None:
        raise UsageError("a fingerprint does not tell its algorithm", hint="add --algorithm")
    refuse_shared_secret(algorithm)
    return fingerprint, algorithm


def authority_of(text: str) -> int | str:
    """Return the index of an authority, or an account's address with its checksum.

    Raises:
        ValueFormatError: It is neither.
    """
    return int(text) if _INDEX.fullmatch(text) else checksum_address(text)


def _account(accounts: Accounts, network: Network) -> str:
    try:
        return accounts.address(network)
    except NoKeyError as error:
        raise NoKeyError(
            error.message,
            hint="name the key of an owner with --key, or set WEIGHTMARK_PRIVATE_KEY; where a "
            "wallet holds it, --unsigned-tx with --publisher ADDRESS prints the transaction",
        ) from None


def _identity(application: Application, publisher: str | None) -> tuple[Network, str]:
    from weightmark.services.lookup import resolve_publisher

    chain, _, name = (publisher or _own(application)).rpartition(":")
    trust = application.trust.load()
    try:
        return resolve_publisher(chain, check_publisher(name), trust, application.chains)
    except ValueFormatError:
        if publisher:
            raise
        raise NoKeyError(
            f"no key is configured for '{application.network.name}', and no publisher is named",
            hint="name the publisher by address or nickname, or its key with --key or "
            "WEIGHTMARK_PRIVATE_KEY; 'weightmark keys generate NAME' makes one",
        ) from None


def _own(application: Application) -> str:
    network, accounts = application.network, application.accounts
    made_later = accounts.is_made_on_first_use(network)
    address = "" if made_later else accounts.known_address(network)
    return f"{network.name}:{address}" if address else OWN_NICKNAME
