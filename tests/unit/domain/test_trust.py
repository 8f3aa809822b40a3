"""Who is trusted."""

from __future__ import annotations

import pytest

from weightmark.domain.trust import TrustedPublisher, TrustList
from weightmark.errors import ValueFormatError

ONE = "0x52908400098527886E0F7030069857D2E4169EE7"
OTHER = "0x8617E340B3D01FA5F11F306F4090FD50E238070D"
ACME = TrustedPublisher("acme", 1, ONE)
ACME_ON_BASE = TrustedPublisher("acme", 8453, OTHER)
ME = TrustedPublisher("me", 1, OTHER)
TRUST = TrustList((ACME, ACME_ON_BASE, ME))


def test_trust_is_in_an_address_on_one_chain() -> None:
    assert TRUST.find(1, ONE) == ACME
    assert TRUST.find(8453, ONE) is None
    assert TrustList().find(1, ONE) is None
    assert TRUST.chains_of(OTHER) == (8453, 1)


def test_a_nickname_stands_for_one_entry() -> None:
    assert TRUST.named("me") == ME
    assert TRUST.named("acme", 8453) == ACME_ON_BASE


def test_an_ambiguous_nickname_is_refused() -> None:
    with pytest.raises(ValueFormatError, match="on several chains: 1, 8453") as caught:
        TRUST.named("acme")
    assert "1:acme/" in caught.value.hint


@pytest.mark.parametrize(
    ("nickname", "chain_id", "message", "hint"),
    [
        ("me", 10, "called 'me' on chain 10", "weightmark trust add me"),
        ("digits", None, "called 'digits'", "me/digits/"),
    ],
)
def test_an_unknown_nickname_is_refused(
    nickname: str, chain_id: int | None, message: str, hint: str
) -> None:
    with pytest.raises(ValueFormatError, match=message) as caught:
        TRUST.named(nickname, chain_id)
    assert hint in caught.value.hint


def test_without_an_entry_of_ones_own_no_name_of_a_model_is_suspected() -> None:
    with pytest.raises(ValueFormatError) as caught:
        TrustList((ACME,)).named("digits")
    assert caught.value.hint == "add one: weightmark trust add digits CHAIN:0xADDRESS"
