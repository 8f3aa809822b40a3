"""A PKCS#11 token without hardware: SoftHSM, which scripts/setup unpacks from Debian's package."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.command import CHECKOUT

PIN = "planted-pin-1234"
LABEL = "demo"
SOFTHSM = CHECKOUT / "build/peers/softhsm/usr"


@dataclass(frozen=True)
class Token:
    """A token with a key of P-256, ``p256``, and two of RSA, ``rsa`` and ``short``.

    Attributes:
        module: What reaches it.
        settings: The variable that SoftHSM needs to find it.
    """

    module: Path
    settings: dict[str, str]

    def uri(self, key: str, token: str = LABEL) -> str:
        return f"pkcs11:token={token};object={key}?module-path={self.module}"


@pytest.fixture(scope="session")
def token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Token]:
    """Return a token with keys; without SoftHSM, skip or fail the test."""
    modules = [*SOFTHSM.glob("lib/*/softhsm/libsofthsm2.so")]
    if not modules:
        message = f"SoftHSM is not in {SOFTHSM}; run scripts/setup"
        if os.environ.get("WEIGHTMARK_REQUIRE_PEERS") == "1":
            pytest.fail(message)
        pytest.skip(message)
    folder = tmp_path_factory.mktemp("tokens")
    configuration = folder / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {folder}\nobjectstore.backend = file\n")
    made = Token(modules[0], {"SOFTHSM2_CONF": str(configuration)})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(configuration))
        _initialize(made)
        _make_keys(made)
        yield made


def _initialize(token: Token) -> None:
    tool = [str(SOFTHSM / "bin/softhsm2-util"), "--module", str(token.module)]
    action = ["--init-token", "--free", "--label", LABEL, "--so-pin", PIN, "--pin", PIN]
    subprocess.run([*tool, *action], check=True, capture_output=True)


def _make_keys(token: Token) -> None:
    import pkcs11
    from pkcs11 import Attribute, KeyType
    from pkcs11.util.ec import encode_named_curve_parameters

    stays = {Attribute.EXTRACTABLE: False, Attribute.SENSITIVE: True}
    curve = {Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")}
    made = pkcs11.lib(str(token.module)).get_token(token_label=LABEL)
    with made.open(user_pin=PIN, rw=True) as session:
        parameters = session.create_domain_parameters(KeyType.EC, curve, local=True)
        parameters.generate_keypair(store=True, label="p256", id=b"\1", private_template=stays)
        for name, bits in (("rsa", 3072), ("short", 2048)):
            session.generate_keypair(
                KeyType.RSA, bits, store=True, label=name, id=name.encode(), private_template=stays
            )
