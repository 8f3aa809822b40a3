"""What a verifier demands beyond the procedure itself."""

from __future__ import annotations

import re
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from weightmark.domain.digests import DigestAlgorithm
from weightmark.domain.identifiers import checksum_address
from weightmark.domain.manifest import Manifest
from weightmark.domain.text import printable
from weightmark.domain.verdict import Check, Outcome
from weightmark.errors import ConfigurationError, ValueFormatError

MAX_POLICY_SIZE = 2**20

_CHAIN_ID = re.compile(r"[1-9][0-9]*")


class Policy(Struct, frozen=True, forbid_unknown_fields=True):
    """A policy file (TOML). Without one, these defaults hold.

    Attributes:
        publishers: Trusted publishers, each as ``<chain id>:0x<address>``, beside the trust file.
        digests: The digest algorithms that a release may use.
        allow_ignores: Whether a release may leave files out by patterns.
        allow_superseded: Whether a superseded release still verifies.
        max_head_age: How old the newest block may be, in seconds. Not applied on a local chain.
            Ethereum's blocks come every 12 seconds; the default tolerates a lagging endpoint.
    """

    publishers: tuple[str, ...] = ()
    digests: tuple[DigestAlgorithm, ...] = tuple(DigestAlgorithm)
    allow_ignores: bool = True
    allow_superseded: bool = True
    max_head_age: Annotated[int, Meta(ge=1)] = 3600

    def trusts(self, chain_id: int, address: str) -> bool:
        """Whether the policy itself names a publisher."""
        wanted = f"{chain_id}:{address}".lower()
        return any(each.lower() == wanted for each in self.publishers)

    def check(self, manifest: Manifest) -> tuple[Check, ...]:
        """Check what the policy demands of a manifest by itself: step 9 of a verification."""
        return (*self._check_demands(manifest), *_unchecked(manifest))

    def _check_demands(self, manifest: Manifest) -> tuple[Check, ...]:
        problems = []
        if manifest.digest not in self.digests:
            problems.append(f"the policy does not allow the digest {manifest.digest}")
        if manifest.ignored_patterns and not self.allow_ignores:
            problems.append("the policy does not allow ignored files")
        if problems:
            return tuple(Check(9, "policy", Outcome.FAILED, problem) for problem in problems)
        kind = "default " if self == Policy() else ""
        return (Check(9, "policy", Outcome.PASSED, f"the {kind}policy is met"),)


def _unchecked(manifest: Manifest) -> tuple[Check, ...]:
    parents = manifest.parents or ()
    if parents:
        message = f"its parents may be revoked, which is not checked: {len(parents)} named"
        ancestors = Check(9, "ancestors", Outcome.WARNED, message)
    else:
        message = "the manifest names no release that this one was made from"
        ancestors = Check(9, "ancestors", Outcome.NOT_APPLICABLE, message)
    message = "no policy of this version can demand attestations"
    return ancestors, Check(9, "attestations", Outcome.NOT_APPLICABLE, message)


def decode_policy(data: bytes) -> Policy:
    """Read a policy file.

    Raises:
        ConfigurationError: It is too large, not TOML, or holds an unknown or malformed setting.
    """
    if len(data) > MAX_POLICY_SIZE:
        raise ConfigurationError(f"the policy is larger than {MAX_POLICY_SIZE} bytes")
    try:
        policy = msgspec.toml.decode(data, type=Policy)
        for publisher in policy.publishers:
            _check_publisher(publisher)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueFormatError) as error:
        raise ConfigurationError(f"the policy cannot be read: {error}") from None
    return policy


def _check_publisher(text: str) -> None:
    chain_id, _, address = text.partition(":")
    if _CHAIN_ID.fullmatch(chain_id) is None:
        raise ValueFormatError(f"'{printable(text[:80])}' is not <chain id>:0x<address>")
    checksum_address(address)
