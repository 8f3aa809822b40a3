"""The reference of OpenSSF Model Signing, by its own command line.

It needs packages that clash with ours and half a second to import, so that one process of an
environment of its own runs all commands of a session.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import (
    EllipticCurve,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from tests.command import CHECKOUT

PYTHON = CHECKOUT / "build/peers/model-signing/bin/python"
DRIVER = Path(__file__).with_name("reference_driver.py")


@dataclass(frozen=True)
class Answer:
    """How a command of the reference ended."""

    status: int
    printed: str


class Reference:
    """Runs ``model_signing``."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def __call__(self, *arguments: str | Path) -> Answer:
        """Run one command to its end."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps([str(each) for each in arguments]) + "\n")
        self.process.stdin.flush()
        return Answer(*json.loads(self.process.stdout.readline()))

    def sign(self, model: Path, signature: Path, key: Path, *options: str | Path) -> Answer:
        """Sign with a key."""
        where = (self.option("private-key"), key, "--signature", signature)
        return self("sign", "key", model, *where, *options)

    def verify(
        self, model: Path, signature: Path, public_key: Path, *options: str | Path
    ) -> Answer:
        """Verify with a key."""
        where = (self.option("public-key"), public_key, "--signature", signature)
        return self("verify", "key", model, *where, *options)

    def sign_certified(self, model: Path, signature: Path, key: Path, *chain: Path) -> Answer:
        """Sign with a key that has a certificate, the first of those that are given."""
        leaf, *others = chain
        return self(
            *("sign", "certificate", model, "--signature", signature),
            *(self.option("private-key"), key, self.option("signing-certificate"), leaf),
            *(each for one in others for each in (self.option("certificate-chain"), one)),
        )

    def verify_certified(self, model: Path, signature: Path, *roots: Path) -> Answer:
        """Verify with certificates."""
        chain = (each for one in roots for each in (self.option("certificate-chain"), one))
        return self("verify", "certificate", model, "--signature", signature, *chain)

    def option(self, name: str) -> str:
        """Return how an option is spelled: versions after 1.1 have hyphens."""
        return f"--{name if self._has_hyphens else name.replace('-', '_')}"

    @cached_property
    def _has_hyphens(self) -> bool:
        return "--public-key" in self("verify", "key", "--help").printed


@pytest.fixture(scope="session")
def reference() -> Iterator[Reference]:
    """Return the reference's command line; without it, skip or fail the test."""
    if not PYTHON.exists():
        message = f"the reference of Model Signing is not in {PYTHON}; run scripts/setup"
        if os.environ.get("WEIGHTMARK_REQUIRE_PEERS") == "1":
            pytest.fail(message)
        pytest.skip(message)
    with running() as found:
        yield found


@contextmanager
def running() -> Iterator[Reference]:
    """Run the reference, and end it."""
    with subprocess.Popen(
        [PYTHON, DRIVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Reference(process)
        assert process.stdin is not None
        process.stdin.close()


def write_private_key(path: Path, key: EllipticCurvePrivateKey) -> Path:
    """Write a key, not encrypted: the reference's command line asks for no password."""
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    path.chmod(0o600)
    return path


def write_public_key(path: Path, key: EllipticCurvePrivateKey) -> Path:
    """Write what verifies the key's signatures."""
    path.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return path


def write_key(folder: Path, curve: EllipticCurve) -> tuple[Path, Path]:
    """Write a new key of a curve, and return its two files."""
    key = generate_private_key(curve)
    private = write_private_key(folder / "key.pem", key)
    return private, write_public_key(folder / "key.pub", key)
