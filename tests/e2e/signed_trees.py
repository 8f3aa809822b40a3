"""Trees of models, and the key that signs them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from tests.command import Weightmark
from tests.e2e.releases import Finished
from tests.earlier import write_files

MODELS = {
    "bert/config.json": b"{}",
    "bert/model.bin": b"bert",
    "notes.txt": b"of no model",
    "one/model.pth": b"one",
    "other/model.pth": b"other",
    "top.GGUF": b"top",
}
PATHS = ["bert", "one/model.pth", "other/model.pth", "top.GGUF"]


@dataclass(frozen=True)
class SignedTree:
    """A tree of models, all of them signed.

    Attributes:
        weightmark: The command.
        models: The tree.
        key: The private key.
        public_key: The public key.
    """

    weightmark: Weightmark
    models: Path
    key: Path
    public_key: Path

    def sign(self, *arguments: str, env: dict[str, str] | None = None) -> Finished:
        """Sign every model."""
        signing = ("signature", "create", "--each", self.models, "--key", self.key)
        return self.weightmark(*signing, *arguments, env=env)

    def verify(self, *arguments: str) -> Finished:
        """Verify every model."""
        verifying = ("signature", "verify", "--each", self.models)
        return self.weightmark(*verifying, "--public-key", self.public_key, *arguments)

    def inventory(self, *arguments: str) -> Finished:
        """Take an inventory."""
        listing = ("signature", "inventory", self.models)
        return self.weightmark(*listing, "--public-key", self.public_key, *arguments)


def new_tree(weightmark: Weightmark, folder: Path) -> SignedTree:
    """Write models and keys into a folder; nothing is signed yet."""
    key = Ed25519PrivateKey.generate()
    private, public = folder / "key.pem", folder / "key.pub"
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    private.chmod(0o600)
    public.write_bytes(
        key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    return SignedTree(weightmark, write_files(folder / "models", MODELS), private, public)
