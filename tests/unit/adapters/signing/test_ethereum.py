"""Signatures of Ethereum keys are those of wallets; eth_account is the witness."""

from __future__ import annotations

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct

from weightmark.adapters.signing.ethereum import (
    EthereumSigner,
    PrivateKey,
    recovered_public_key,
)
from weightmark.domain.signing_keys import ethereum_address

SECRET = b"\x11" * 32
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
MESSAGE = "DSSEv1 ü".encode()


def test_a_wallet_signs_the_same_and_recovers_the_signer() -> None:
    signer = EthereumSigner(PrivateKey(SECRET))
    signature = signer.sign(MESSAGE)
    signable = encode_defunct(MESSAGE)
    assert signature == bytes(Account.sign_message(signable, SECRET).signature)
    address = Account.recover_message(signable, signature=signature)
    assert ethereum_address(signer.public_key) == address


def _other_form(signature: bytes) -> bytes:
    s = ORDER - int.from_bytes(signature[32:64])
    return signature[:32] + s.to_bytes(32) + bytes([55 - signature[64]])


def _with(number: int, place: slice) -> object:
    def changed(signature: bytes) -> bytes:
        parts = bytearray(signature)
        parts[place] = number.to_bytes(len(parts[place]))
        return bytes(parts)

    return changed


@pytest.mark.parametrize(
    "change",
    [
        _other_form,
        _with(0, slice(0, 32)),
        _with(ORDER, slice(0, 32)),
        # No point of the curve has this x.
        _with(5, slice(0, 32)),
        _with(0, slice(32, 64)),
        _with(0, slice(64, 65)),
        _with(29, slice(64, 65)),
        lambda signature: signature[:64],
        lambda signature: signature + b"\x1b",
        lambda signature: signature[:32] + signature[64:],
    ],
    ids=["high s", "r 0", "r order", "no point", "s 0", "v 0", "v 29", "no v", "long", "short"],
)
def test_what_is_no_signature(change: object) -> None:
    assert callable(change)
    signature = EthereumSigner(PrivateKey(SECRET)).sign(MESSAGE)
    assert recovered_public_key(MESSAGE, signature)
    assert recovered_public_key(MESSAGE, change(signature)) is None
