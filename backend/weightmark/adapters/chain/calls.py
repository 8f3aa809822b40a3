"""Calls of the registry, encoded."""

from __future__ import annotations

from weightmark.domain.keccak import keccak256
from weightmark.domain.statements import ReleaseStatement, RevocationStatement

_RELEASE = "(address,string,string,bytes32,bytes32,bytes,uint40)"
_REVOCATION = "(address,string,string,uint8,bytes32)"


def register_call(statement: ReleaseStatement, authority_index: int) -> bytes:
    """Return the calldata of ``register``."""
    values = (
        statement.publisher,
        statement.name,
        statement.version,
        statement.artifact_root,
        statement.manifest_hash,
        statement.manifest_cid,
        statement.expected_sequence,
    )
    return _call("register", _RELEASE, values, authority_index)


def revoke_call(statement: RevocationStatement, authority_index: int) -> bytes:
    """Return the calldata of ``revoke``."""
    values = (
        statement.publisher,
        statement.name,
        statement.version,
        int(statement.reason),
        statement.successor,
    )
    return _call("revoke", _REVOCATION, values, authority_index)


def _call(name: str, statement: str, values: tuple[object, ...], authority_index: int) -> bytes:
    from eth_abi.abi import encode

    selector = keccak256(f"{name}({statement},uint32)".encode())[:4]
    return selector + encode((statement, "uint32"), (values, authority_index))
