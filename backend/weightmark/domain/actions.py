"""What can be asked of the registry: one value for each of its functions that write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from weightmark.domain.registry import Role
from weightmark.domain.statements import ReleaseStatement, RevocationStatement


@dataclass(frozen=True, slots=True)
class Authorization:
    """An authority's EIP-712 signature of a statement that somebody else submits.

    Attributes:
        signer: The authority's account, or its ERC-1271 wallet.
        authority_index: Where the signer stands among the publisher's authorities.
        deadline: The last block time, in seconds since 1970, at which the signature counts.
        signature: 65 bytes of a plain account, or what the wallet understands.
    """

    signer: str
    authority_index: int
    deadline: int
    signature: bytes


@dataclass(frozen=True, slots=True)
class Register:
    """Register a release, by the sender as an authority of the publisher."""

    statement: ReleaseStatement
    authority_index: int = 0


@dataclass(frozen=True, slots=True)
class RegisterFor:
    """Register a release that an authority has signed."""

    statement: ReleaseStatement
    authorization: Authorization


@dataclass(frozen=True, slots=True)
class Revoke:
    """Revoke a release, by the sender as an owner."""

    statement: RevocationStatement
    authority_index: int = 0


@dataclass(frozen=True, slots=True)
class RevokeFor:
    """Revoke a release as an owner has signed it."""

    statement: RevocationStatement
    authorization: Authorization


@dataclass(frozen=True, slots=True)
class AddAuthority:
    """Add an authority that is valid from now on, until a time in seconds since 1970."""

    publisher: str
    owner_index: int
    account: str
    role: Role
    until: int


@dataclass(frozen=True, slots=True)
class EndAuthority:
    """Lower the end of an authority, to a time in seconds since 1970; it may be past."""

    publisher: str
    owner_index: int
    index: int
    until: int


@dataclass(frozen=True, slots=True)
class AddSigningKey:
    """Add a signing key that is valid from now on, until a time in seconds since 1970.

    The fingerprint is the sha256 of the key's SubjectPublicKeyInfo.
    """

    publisher: str
    owner_index: int
    fingerprint: bytes
    algorithm: int
    until: int


@dataclass(frozen=True, slots=True)
class EndSigningKey:
    """Lower the end of a signing key, to a time in seconds since 1970; it may be past."""

    publisher: str
    owner_index: int
    fingerprint: bytes
    until: int


# What only an owner does, for the publisher as a whole.
OwnersAction: TypeAlias = AddAuthority | EndAuthority | AddSigningKey | EndSigningKey

Action: TypeAlias = Register | RegisterFor | Revoke | RevokeFor | OwnersAction
