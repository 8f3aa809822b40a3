"""The registry's rules, in plain Python, for one account that sends to a `FakeChain`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from eth_keys.datatypes import Signature
from eth_keys.exceptions import BadSignature
from eth_utils.exceptions import ValidationError

from tests.fakes.ownership import words_after
from weightmark.adapters.chain.deployment import packaged_registry
from weightmark.adapters.chain.events import shown_version
from weightmark.domain import actions
from weightmark.domain.actions import Action, Authorization, OwnersAction
from weightmark.domain.identifiers import checksum_address, model_id_of
from weightmark.domain.keccak import keccak256, uint_word
from weightmark.domain.registry import (
    AuthorityWord,
    HeadWord,
    Reason,
    ReleaseWord,
    Role,
    Status,
    authority_slot,
    head_slot,
    release_slots,
)
from weightmark.domain.signing_requests import SigningRequest
from weightmark.domain.statements import NO_SUCCESSOR, Registration, ReleaseStatement, Statement
from weightmark.domain.statements import RevocationStatement as Revocation
from weightmark.errors import (
    AlreadyRevokedError,
    NotAuthorizedError,
    StatementRefusedError,
    VersionExistsError,
)
from weightmark.ports.chain import TransactionReceipt

if TYPE_CHECKING:
    from tests.fakes.chain import FakeChain

# Half of the order of secp256k1's group: a signature with a higher s has a twin.
HIGHEST_S = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0


@dataclass(frozen=True)
class FakeRegistry:
    """The registry, as an account asks it."""

    chain: FakeChain
    account: str

    def carry_out(self, action: Action) -> TransactionReceipt:
        """Carry an action out, in a block of its own, or refuse it."""
        match action:
            case actions.Register(statement, index):
                return self._register(statement, index)
            case actions.Revoke(revocation, index):
                return self._revoke(revocation, index)
            case actions.RegisterFor(statement, authorization):
                return self._signer(statement, authorization)._register(
                    statement, authorization.authority_index
                )
            case actions.RevokeFor(revocation, authorization):
                return self._signer(revocation, authorization)._revoke(
                    revocation, authorization.authority_index
                )
            case _:
                return self._own(action)

    def _signer(self, statement: Statement, authorization: Authorization) -> FakeRegistry:
        """Return the registry as the one who signed asks it; only plain accounts sign."""
        asking = FakeRegistry(self.chain, authorization.signer)
        asking._check_authority(statement.publisher, authorization.authority_index)
        now = self.chain.next_block.timestamp
        if now > authorization.deadline:
            raise StatementRefusedError(f"good until {authorization.deadline}, and it is {now}")
        registry = packaged_registry().address
        request = SigningRequest(self.chain.id, registry, statement, authorization)
        if recovered(request.digest, authorization.signature) != authorization.signer:
            raise StatementRefusedError(f"{authorization.signer} did not sign this")
        return asking

    def _register(self, statement: ReleaseStatement, authority_index: int) -> TransactionReceipt:
        self._check_authority(statement.publisher, authority_index)
        _check_lengths(statement.name, statement.version, statement.manifest_cid)
        first, second = release_slots(statement.release_id)
        self._check_free(statement, self._release(second))
        slot = head_slot(model_id_of(statement.publisher, statement.name))
        head = HeadWord.unpack(self.chain.word(slot))
        following = head.next(statement.release_id, statement.commitment)
        if statement.expected_sequence not in (0, following.sequence):
            raise StatementRefusedError(
                f"number {statement.expected_sequence} was expected, not {following.sequence}"
            )
        time = self.chain.next_block.timestamp
        word = ReleaseWord(
            time, following.sequence, Status.REGISTERED, Reason.NONE, time, authority_index
        )
        words = {
            first: int.from_bytes(statement.commitment, "big"),
            second: _packed(word),
            slot: following.packed,
        }
        return self.chain.transact(words, (self._event(statement, word),))

    def _revoke(self, statement: Revocation, authority_index: int) -> TransactionReceipt:
        self._check_owner(statement.publisher, authority_index)
        _check_lengths(statement.name, statement.version)
        if statement.reason is Reason.NONE:
            raise StatementRefusedError("0 is no reason")
        if statement.successor != NO_SUCCESSOR and statement.reason is not Reason.SUPERSEDED:
            raise StatementRefusedError(f"a successor, 0x{statement.successor.hex()}")
        release = ReleaseStatement(
            statement.publisher, statement.name, statement.version, bytes(32), bytes(32)
        )
        second = release_slots(release.release_id)[1]
        word = self._release(second)
        gives_way = word.reason is Reason.SUPERSEDED and statement.reason is not Reason.SUPERSEDED
        if word.is_revoked and not gives_way:
            raise AlreadyRevokedError(
                f"0x{release.release_id.hex()} is revoked already, as {word.reason.label}"
            )
        time = self.chain.next_block.timestamp
        revoked = replace(word, status=Status.REVOKED, reason=statement.reason, status_at=time)
        receipt = self.chain.transact({second: _packed(revoked)})
        if statement.successor != NO_SUCCESSOR:
            self.chain.blocks[-1].successors[release.release_id] = statement.successor
        return receipt

    def _own(self, action: OwnersAction) -> TransactionReceipt:
        self._check_owner(action.publisher, action.owner_index)
        now = self.chain.next_block.timestamp
        receipt = self.chain.transact(words_after(action, self.chain.word, now))
        if isinstance(action, actions.AddSigningKey):
            told = (action.publisher.lower(), action.fingerprint)
            self.chain.blocks[-1].signing_keys.append(told)
        return receipt

    def _release(self, slot: int) -> ReleaseWord:
        return ReleaseWord.unpack(self.chain.word(slot))

    def _check_free(self, statement: ReleaseStatement, word: ReleaseWord) -> None:
        shown = f"0x{statement.release_id.hex()}"
        if word.is_registered:
            raise VersionExistsError(f"{shown} is registered already")
        if word.is_revoked:
            raise AlreadyRevokedError(f"{shown} is revoked already, as {word.reason.label}")

    def _check_authority(self, publisher: str, index: int) -> AuthorityWord:
        word = self.chain.word(authority_slot(publisher, index))
        authority = AuthorityWord.unpack(word, publisher=publisher, index=index)
        time = self.chain.next_block.timestamp
        if (
            authority is None
            or authority.account.lower() != self.account.lower()
            or not authority.is_valid_at(time)
        ):
            raise self._not_authorized(publisher, index)
        return authority

    def _check_owner(self, publisher: str, index: int) -> None:
        if self._check_authority(publisher, index).role is not Role.OWNER:
            raise self._not_authorized(publisher, index)

    def _not_authorized(self, publisher: str, index: int) -> NotAuthorizedError:
        shown = checksum_address(publisher)
        return NotAuthorizedError(f"{self.account} is not authority {index} of {shown}")

    def _event(self, statement: ReleaseStatement, word: ReleaseWord) -> Registration:
        number = self.chain.next_block.number
        return Registration(
            release_id=statement.release_id,
            publisher=checksum_address(statement.publisher),
            name=statement.name,
            version=shown_version(statement.version.encode()),
            artifact_root=statement.artifact_root,
            manifest_hash=statement.manifest_hash,
            manifest_cid=statement.manifest_cid,
            registered_at=word.registered_at,
            sequence=word.sequence,
            authority_index=word.authority_index,
            block_number=number,
            transaction_hash=transaction_hash(number),
        )


def recovered(digest: bytes, signature: bytes) -> str:
    """Return who made a signature, or an empty text for none that counts."""
    if len(signature) != 65 or int.from_bytes(signature[32:64], "big") > HIGHEST_S:
        return ""
    try:
        signed = Signature(signature[:64] + bytes([signature[64] - 27]))
        address: str = signed.recover_public_key_from_msg_hash(digest).to_checksum_address()
    except (BadSignature, ValidationError, ValueError):
        return ""
    return address


def _packed(word: ReleaseWord) -> int:
    return (
        word.registered_at
        | word.sequence << 40
        | word.status << 80
        | word.reason << 88
        | word.status_at << 96
        | word.authority_index << 136
    )


def _check_lengths(name: str, version: str, cid: bytes = b"") -> None:
    for value, most in ((name.encode(), 128), (version.encode(), 64)):
        if not 1 <= len(value) <= most:
            raise StatementRefusedError(f"{len(value)} bytes, not 1 to {most}")
    if len(cid) > 64:
        raise StatementRefusedError(f"{len(cid)} bytes, not at most 64")


def transaction_hash(number: int) -> bytes:
    """Return what a fake transaction is called by."""
    return keccak256(b"transaction" + uint_word(number))
