"""Steps 4 to 6: what the chain says of a release, in two views of it.

At the finalized block the release must be there with its commitment; at the latest block nothing
may speak against it. A local chain has one view, and proves nothing to others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from weightmark.domain.identifiers import checksum_address
from weightmark.domain.networks import Network
from weightmark.domain.policy import Policy
from weightmark.domain.registry import (
    AuthorityWord,
    HeadWord,
    Reason,
    ReleaseState,
    ReleaseWord,
    SigningKeyWord,
    authority_slot,
    head_slot,
    release_slots,
    signing_key_slot,
)
from weightmark.domain.times import utc_text
from weightmark.domain.verdict import Check, Outcome
from weightmark.errors import ChainUnreachableError, StorageError, WeightmarkError
from weightmark.ports.chain import Block, BlockTag, ChainReader
from weightmark.ports.chains import Chains
from weightmark.ports.records import HeadKey, Records, SeenHead
from weightmark.services.evidence import Evidence
from weightmark.services.lookup import check_chain

# How far a block's time may be ahead of this machine's clock, in seconds.
MAX_CLOCK_SKEW = 300


@dataclass(frozen=True, slots=True)
class View:
    """The words that a verification needs, at one block."""

    block: Block
    release: ReleaseState
    head: HeadWord
    authority: AuthorityWord | None
    signing_keys: Mapping[str, SigningKeyWord | None]


@dataclass(frozen=True, slots=True)
class ChainFindings:
    """The checks of the chain, and the head to remember when it may be trusted.

    Attributes:
        checks: What was checked.
        views: The final view and the latest one, if the chain could be read.
        head: The model's head in the final view, if the chain could be read.
    """

    checks: tuple[Check, ...]
    views: tuple[View, ...] = ()
    head: tuple[HeadKey, SeenHead] | None = None


def check_on_chain(
    evidence: Evidence,
    network: Network,
    chains: Chains,
    records: Records,
    policy: Policy,
    now: int,
) -> ChainFindings:
    """Carry out steps 4 to 6.

    Args:
        evidence: The manifest, and what follows from it.
        network: The chain to read.
        chains: Where the chain is opened.
        records: What was seen here before.
        policy: How old the newest block may be, and whether a superseded release passes.
        now: The time, in seconds since 1970.
    """
    try:
        # 4. Which chain and which contract, before anything that they say.
        final, latest, key = _read(evidence, network, chains)
    except WeightmarkError as error:
        return ChainFindings((Check.of_error(4, "chain", error),))
    seen = SeenHead(final.head.packed, final.block.number)
    rollback = _check_rollback(key, seen, records, is_local=network.is_local)
    checks = (
        _check_chain(network, final.block),
        # 5. The release.
        _check_registration(evidence, final, latest),
        _check_authority(final, latest),
        _check_revocation(final, latest, policy),
        # 6. Rollback and freeze.
        rollback,
        _check_freeze(network, latest.block, policy, now),
    )
    head = None if rollback.outcome is Outcome.FAILED else (key, seen)
    return ChainFindings(checks, (final, latest), head)


def _read(evidence: Evidence, network: Network, chains: Chains) -> tuple[View, View, HeadKey]:
    """Return the final view, the latest one, and what the model's head is remembered by."""
    reader = chains.reader(network)
    # The final view first: the latest one, read after it, can then not be behind it.
    final_block = reader.block(BlockTag.FINALIZED)
    latest_block = reader.block(BlockTag.LATEST)
    check_chain(reader, network, chains, latest_block)
    _check_order(final_block, latest_block)
    registry = chains.registry.address
    final = read_view(reader, registry, evidence, final_block)
    latest = read_view(reader, registry, evidence, latest_block)
    key = HeadKey(network.chain_id, reader.genesis_hash(), registry, evidence.model_id)
    return final, latest, key


def read_view(reader: ChainReader, registry: str, evidence: Evidence, block: Block) -> View:
    """Read all words of a release at one block.

    Raises:
        ChainUnreachableError: The source does not answer, or answers nonsense.
    """
    slots = (*release_slots(evidence.release_id), head_slot(evidence.model_id))
    commitment, word, head = reader.words(registry, slots, block)
    release = ReleaseState(commitment.to_bytes(32, "big"), ReleaseWord.unpack(word))
    if HeadWord.unpack(head).sequence < release.word.sequence:
        raise ChainUnreachableError(
            "the model's head does not count the release", hint="use another endpoint"
        )
    publisher, index = evidence.manifest.publisher, release.word.authority_index
    keys = [each.key for each in evidence.manifest.required_signers]
    key_slots = (signing_key_slot(publisher, bytes.fromhex(key)) for key in keys)
    slots_of_publisher = (authority_slot(publisher, index), *key_slots)
    authority, *words = reader.words(registry, slots_of_publisher, block)
    return View(
        block=block,
        release=release,
        head=HeadWord.unpack(head),
        authority=AuthorityWord.unpack(authority, publisher=publisher, index=index),
        signing_keys=dict(zip(keys, map(SigningKeyWord.unpack, words), strict=True)),
    )


def _check_order(final: Block, latest: Block) -> None:
    if latest.number < final.number:
        raise ChainUnreachableError(
            f"the latest block, {latest.number}, is behind the final one, {final.number}",
            hint="what was revoked since would not be seen; use another endpoint",
        )


def _check_chain(network: Network, block: Block) -> Check:
    message = f"chain {network.chain_id} ('{network.name}') was read at block {block.number}"
    if network.is_local:
        message += "; it is a chain of this machine, and proves nothing to others"
        return Check(4, "chain", Outcome.WARNED, message)
    message += ", as its endpoint tells it"
    return Check(4, "chain", Outcome.PASSED, message)


def _check_registration(evidence: Evidence, final: View, latest: View) -> Check:
    found = latest.release
    if not found.word.is_registered:
        message = "nobody registered this release"
        return Check(5, "registration", Outcome.FAILED, message)
    if found.commitment != evidence.commitment:
        message = "the registered release has other content: its commitment is "
        message += f"0x{found.commitment.hex()}, not 0x{evidence.commitment.hex()}"
        return Check(5, "registration", Outcome.FAILED, message)
    if final.release.commitment != evidence.commitment:
        message = "the release is registered, but its block is not final yet"
        return Check(5, "registration", Outcome.UNCHECKED, message, "try again in some minutes")
    registered_at = utc_text(found.word.registered_at)
    message = f"release {found.word.sequence} of its model, registered at {registered_at}"
    return Check(5, "registration", Outcome.PASSED, message)


def _check_authority(final: View, latest: View) -> Check:
    word = latest.release.word
    if not word.is_registered:
        message = "without a registration there is no authority"
        return Check(5, "authority", Outcome.NOT_APPLICABLE, message)
    for view in (final, latest):
        if not view.release.word.is_registered:
            continue
        if view.authority is None or not view.authority.is_valid_at(word.registered_at):
            message = f"authority {word.authority_index} of the publisher does not count for it"
            message += _end_of(view.authority, word.registered_at)
            return Check(
                5, "authority", Outcome.FAILED, message, "the publisher distrusts that key"
            )
    message = f"authority {word.authority_index} was valid when it registered the release"
    return Check(5, "authority", Outcome.PASSED, message)


def _end_of(authority: AuthorityWord | None, registered_at: int) -> str:
    if authority is None or authority.until > registered_at:
        return ""
    account, role = checksum_address(authority.account), authority.role.name.lower()
    ended, registered = utc_text(authority.until), utc_text(registered_at)
    return f": the {role} {account} counts before {ended}, and it was registered at {registered}"


def _check_revocation(final: View, latest: View, policy: Policy) -> Check:
    # A revocation never ends: one that the latest view does not show, it hides.
    words = (latest.release.word, final.release.word)
    word = next((word for word in words if word.is_revoked), latest.release.word)
    if not word.is_revoked:
        return Check(5, "revocation", Outcome.PASSED, "the release is not revoked")
    message = f"the release was revoked as {word.reason.label} at {utc_text(word.status_at)}"
    if word.reason is Reason.SUPERSEDED:
        outcome = Outcome.WARNED if policy.allow_superseded else Outcome.FAILED
        hint = "'weightmark show REF' names the one that took its place, if its publisher does"
        return Check(5, "revocation", outcome, message, hint)
    return Check(5, "revocation", Outcome.FAILED, message, "do not use these files")


def _check_rollback(key: HeadKey, found: SeenHead, records: Records, *, is_local: bool) -> Check:
    try:
        seen = records.seen_head(key)
        beginnings = records.genesis_hashes(key.chain_id)
    except StorageError as error:
        return Check.of_error(6, "rollback", error)
    if beginnings and key.genesis_hash not in beginnings and not is_local:
        message = f"chain {key.chain_id} began with another block when it was seen here before"
        hint = "the endpoint serves another chain under that id; use another one"
        return Check(6, "rollback", Outcome.FAILED, message, hint)
    if seen is None:
        message = "this is the first time that this model is seen here"
        return Check(6, "rollback", Outcome.PASSED, message)
    old, new = HeadWord.unpack(seen.word), HeadWord.unpack(found.word)
    behind = found.block_number < seen.block_number or new.sequence < old.sequence
    if behind or (new.sequence == old.sequence and new != old):
        message = (
            f"the chain is behind what was seen here before: release {new.sequence} at block "
            f"{found.block_number}, after release {old.sequence} at block {seen.block_number}"
        )
        hint = (
            "the endpoint serves an old or a forged state; use another one. If what was seen "
            "before was the lie, move records.sqlite3 out of the data directory"
        )
        return Check(6, "rollback", Outcome.FAILED, message, hint)
    message = "nothing is behind what was seen here before"
    return Check(6, "rollback", Outcome.PASSED, message)


def _check_freeze(network: Network, block: Block, policy: Policy, now: int) -> Check:
    if network.is_local:
        message = "the newest block of a chain of this machine may have any age"
        return Check(6, "freeze", Outcome.NOT_APPLICABLE, message)
    age = now - block.timestamp
    message = f"the newest block is {age} seconds old"
    if -MAX_CLOCK_SKEW <= age <= policy.max_head_age:
        return Check(6, "freeze", Outcome.PASSED, message)
    message += f"; the policy allows {policy.max_head_age}, and {MAX_CLOCK_SKEW} ahead of the clock"
    hint = "set the clock, or use an endpoint that follows the chain"
    return Check(6, "freeze", Outcome.UNCHECKED, message, hint)
