"""Calls of the registry, encoded."""

from __future__ import annotations

from typing import TypeAlias

from weightmark.domain.actions import (
    Action,
    AddAuthority,
    AddSigningKey,
    Authorization,
    EndAuthority,
    EndSigningKey,
    OwnersAction,
    Register,
    RegisterFor,
    Revoke,
    RevokeFor,
)
from weightmark.domain.keccak import keccak256
from weightmark.domain.statements import ReleaseStatement, RevocationStatement

_RELEASE = "(address,string,string,bytes32,bytes32,bytes,uint40)"
_REVOCATION = "(address,string,string,uint8,bytes32)"
_AUTHORIZATION = "(address,uint32,uint256,bytes)"

# Each with its type in Solidity.
Arguments: TypeAlias = tuple[tuple[str, object], ...]


def calldata(action: Action) -> bytes:
    """Return the calldata of the registry's function that carries an action out."""
    from eth_abi.abi import encode

    function, arguments = _call(action)
    types = [type_ for type_, _ in arguments]
    selector = keccak256(f"{function}({','.join(types)})".encode())[:4]
    return selector + encode(types, [value for _, value in arguments])


def _call(action: Action) -> tuple[str, Arguments]:
    match action:
        case Register(release, index):
            return "register", (_release(release), ("uint32", index))
        case RegisterFor(release, authorization):
            return "registerFor", (_release(release), _authorization(authorization))
        case Revoke(revocation, index):
            return "revoke", (_revocation(revocation), ("uint32", index))
        case RevokeFor(revocation, authorization):
            return "revokeFor", (_revocation(revocation), _authorization(authorization))
        case AddAuthority() | EndAuthority() | AddSigningKey() | EndSigningKey():
            return _owners_call(action)


def _owners_call(action: OwnersAction) -> tuple[str, Arguments]:
    owner = (("address", action.publisher), ("uint32", action.owner_index))
    until = ("uint40", action.until)
    match action:
        case AddAuthority(account=account, role=role):
            return "addAuthority", (*owner, ("address", account), ("uint8", int(role)), until)
        case EndAuthority(index=index):
            return "endAuthority", (*owner, ("uint32", index), until)
        case AddSigningKey(fingerprint=fingerprint, algorithm=algorithm):
            key = (("bytes32", fingerprint), ("uint8", algorithm))
            return "addSigningKey", (*owner, *key, until)
        case EndSigningKey(fingerprint=fingerprint):
            return "endSigningKey", (*owner, ("bytes32", fingerprint), until)


def _release(statement: ReleaseStatement) -> tuple[str, object]:
    values = (
        statement.publisher,
        statement.name,
        statement.version,
        statement.artifact_root,
        statement.manifest_hash,
        statement.manifest_cid,
        statement.expected_sequence,
    )
    return _RELEASE, values


def _revocation(statement: RevocationStatement) -> tuple[str, object]:
    values = (
        statement.publisher,
        statement.name,
        statement.version,
        int(statement.reason),
        statement.successor,
    )
    return _REVOCATION, values


def _authorization(authorization: Authorization) -> tuple[str, object]:
    values = (
        authorization.signer,
        authorization.authority_index,
        authorization.deadline,
        authorization.signature,
    )
    return _AUTHORIZATION, values
