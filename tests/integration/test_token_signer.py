"""What a token's key needs, and a token whose two parts of a key are not of one pair."""

from __future__ import annotations

import sys

import pkcs11
import pytest
from pkcs11 import Attribute, KeyType
from pkcs11.util.ec import encode_named_curve_parameters

from tests.softhsm import LABEL, PIN, Token
from weightmark.adapters.signing.token import TokenSigner
from weightmark.adapters.signing.token_uri import TokenUri
from weightmark.errors import KeyFileError, MissingExtraError


def signer(token: Token, key: str) -> TokenSigner:
    return TokenSigner(TokenUri.parse(token.uri(key)), lambda _: PIN)


def make_keys(token: Token, label: str, curve: str, parts: tuple[int, int]) -> None:
    """Make two key pairs, and leave the public part of one and the private part of the other."""
    found = pkcs11.lib(str(token.module)).get_token(token_label=LABEL)
    with found.open(user_pin=PIN, rw=True) as session:
        parameters = session.create_domain_parameters(
            KeyType.EC, {Attribute.EC_PARAMS: encode_named_curve_parameters(curve)}, local=True
        )
        pairs = [parameters.generate_keypair(store=True, label=label) for _ in range(2)]
        for part, kept in enumerate(parts):
            pairs[1 - kept][part].destroy()


def test_parts_of_two_keys_sign_nothing(token: Token) -> None:
    make_keys(token, "mixed", "secp256r1", (0, 1))
    with pytest.raises(KeyFileError, match="not that of the public key beside it"):
        signer(token, "mixed").sign(b"message")
    make_keys(token, "whole", "secp384r1", (1, 1))
    assert signer(token, "whole").sign(b"message")


@pytest.mark.parametrize("curve", ["secp256k1", "secp192k1"], ids=["another", "unknown"])
def test_a_curve_of_another_kind_is_refused(token: Token, curve: str) -> None:
    make_keys(token, curve, curve, (0, 0))
    with pytest.raises(KeyFileError, match="this kind of key on a token signs nothing"):
        signer(token, curve)


def test_the_package_is_an_extra(token: Token, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pkcs11", None)
    with pytest.raises(MissingExtraError) as caught:
        signer(token, "p256")
    assert "weightmark[pkcs11]" in caught.value.hint


def test_the_pin_is_asked_for_once_and_with_the_first_signature(token: Token) -> None:
    asked = []

    def ask(what: str) -> str:
        asked.append(what)
        return PIN

    found = TokenSigner(TokenUri.parse(token.uri("p256")), ask)
    assert asked == []
    assert found.sign(b"one") != found.sign(b"two")
    assert asked == ["PIN of the token demo"]
