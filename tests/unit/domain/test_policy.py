"""What a verifier demands beyond the procedure."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.unit.domain.test_manifest import PLAIN
from weightmark.domain.digests import DigestAlgorithm
from weightmark.domain.manifest import Parent
from weightmark.domain.policy import MAX_POLICY_SIZE, Policy, decode_policy
from weightmark.domain.verdict import Outcome
from weightmark.errors import ConfigurationError

ADDRESS = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"


def test_an_empty_policy_is_the_default() -> None:
    assert decode_policy(b"") == Policy()


def test_every_setting() -> None:
    data = f"""
        publishers = ["1:{ADDRESS}"]
        digests = ["blake3"]
        allow_ignores = false
        allow_superseded = false
        max_head_age = 60
    """.encode()
    expected = Policy((f"1:{ADDRESS}",), (DigestAlgorithm.BLAKE3,), False, False, 60)
    assert decode_policy(data) == expected


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"allow_ignore = false", "allow_ignore"),
        (b"max_head_age = 0", "max_head_age"),
        (b"max_head_age = '1'", "max_head_age"),
        (b"digests = ['md5']", "digests"),
        (b"allow_ignores = 0", "allow_ignores"),
        (b"allow_ignores = false\nallow_ignores = true", "Cannot overwrite"),
        (b"= 1", "cannot be read"),
        (b"\xff", "cannot be read"),
        (b"publishers = " + b"[" * 100_000, "cannot be read"),
        (b"publishers = ['me']", "'me' is not <chain id>:0x<address>"),
        (f"publishers = ['{ADDRESS}']".encode(), "is not <chain id>:0x<address>"),
        (f"publishers = ['sepolia:{ADDRESS}']".encode(), "is not <chain id>:0x<address>"),
        (f"publishers = ['1:{ADDRESS[:-1]}']".encode(), "is not an address"),
        (f"publishers = ['1:{ADDRESS[:-1]}D']".encode(), "wrong checksum"),
        (b"#" * (MAX_POLICY_SIZE + 1), "larger than"),
    ],
    ids=range(15),
)
def test_a_malformed_policy_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(ConfigurationError, match=reason):
        decode_policy(data)


def test_trust_is_in_an_address_on_one_chain() -> None:
    policy = Policy(publishers=(f"1:{ADDRESS.lower()}",))
    assert policy.trusts(1, ADDRESS)
    assert not policy.trusts(10, ADDRESS)
    assert not policy.trusts(11, ADDRESS)
    assert not Policy().trusts(1, ADDRESS)


def test_all_that_is_wrong_is_told() -> None:
    manifest = replace(PLAIN, ignores=("*.log",))
    policy = Policy(digests=(DigestAlgorithm.BLAKE3,), allow_ignores=False)
    found = [check for check in policy.check(manifest) if check.name == "policy"]
    assert {(check.step, check.outcome) for check in found} == {(9, Outcome.FAILED)}
    assert [check.message for check in found] == [
        "the policy does not allow the digest sha2-256",
        "the policy does not allow ignored files",
    ]


def test_a_policy_that_is_met_is_told_too() -> None:
    check, *others = Policy(allow_ignores=False).check(PLAIN)
    assert (check.step, check.outcome, check.message) == (9, Outcome.PASSED, "the policy is met")
    assert {other.outcome for other in others} == {Outcome.NOT_APPLICABLE}
    assert Policy().check(PLAIN)[0].message == "the default policy is met"


def test_parents_are_said_to_be_unchecked() -> None:
    parent = Parent(relation="finetuned", ref="1:0x/a@1", artifact_root="0x" + "0" * 64)
    (ancestors,) = (
        check
        for check in Policy().check(replace(PLAIN, parents=(parent,)))
        if check.name == "ancestors"
    )
    assert ancestors.outcome is Outcome.WARNED
    assert "not checked: 1 named" in ancestors.message
