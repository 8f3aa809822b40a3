"""What is measured: commands of Weightmark, of its limits and of its peers."""

from __future__ import annotations

import itertools
import os
import shlex
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from scripts.benchmarks.data import Trees, size_of

PUBLISHER = "0x52908400098527886E0F7030069857D2E4169EE7"
DIGESTS = ("sha2-256", "blake3")
LIMIT = Path(__file__).with_name("limit.py")
READING = Path(__file__).with_name("reading.py")
_KEY_PROGRAM = """
import sys
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric import ec
key = ec.generate_private_key(ec.SECP256R1())
open(sys.argv[1], "wb").write(key.private_bytes(
    form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption()))
open(sys.argv[2], "wb").write(key.public_key().public_bytes(
    form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo))
"""


def _nothing() -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True)
class Row:
    """One command that is measured.

    Attributes:
        name: What the table calls it, and goals refer to.
        command: The program and its arguments.
        size: The bytes that it hashes; 0 where a rate says nothing.
        prepare: Called before each run, outside the measurement; gives environment variables.
    """

    name: str
    command: tuple[str, ...]
    size: int = 0
    prepare: Callable[[], Mapping[str, str]] = field(default=_nothing)


class Workshop:
    """Makes the rows over one set of trees.

    Args:
        trees: What is hashed.
        work: An empty directory for manifests, keys and state.
        weightmark: The command that is measured.
        peer_python: An interpreter that has model_signing, if there is one.
    """

    def __init__(
        self, trees: Trees, work: Path, weightmark: Path, peer_python: Path | None
    ) -> None:
        self._trees = trees
        self._work = work
        self._weightmark = str(weightmark)
        self._python = str(weightmark.with_name("python"))
        self._peer_python = peer_python
        self._numbers = itertools.count()
        self._large_size = size_of(trees.large)

    def groups(self) -> Iterator[list[Row]]:
        """Yield rows that are compared with each other, and so are run by turns."""
        keys = self._keys()
        yield [
            *self._limits(),
            *self._large(),
            *self._addressed(),
            *self._signed(*keys),
            *self._peer(*keys),
            self._again(),
        ]
        yield [self._checksums("large"), self._checksums("more"), *self._many("more")]
        yield self._many("fewer")
        yield [
            Row("python start-up", (self._python, "-c", "pass")),
            Row("--help", (self._weightmark, "--help")),
            Row("--version", (self._weightmark, "--version")),
            *self._create_and_verify("small", "sha2-256", 0),
        ]

    def _limits(self) -> list[Row]:
        tree = str(self._trees.large)
        return [
            Row(f"limit {digest}", (self._python, str(LIMIT), digest, tree), self._large_size)
            for digest in DIGESTS
        ]

    def _large(self) -> list[Row]:
        return [
            row
            for digest in DIGESTS
            for row in self._create_and_verify("large", digest, self._large_size)
        ]

    def _addressed(self) -> list[Row]:
        """Return the rows of one reading for digests and CIDs."""
        tree = ("sha2-256", str(self._trees.large))
        limit = (self._python, str(LIMIT), *tree, "--cids")
        ours = (self._python, str(READING), *tree)
        return [
            Row("limit digests and CIDs", limit, self._large_size),
            Row("digests and CIDs", ours, self._large_size),
        ]

    def _many(self, tree: str) -> list[Row]:
        return self._create_and_verify(tree, "sha2-256", size_of(getattr(self._trees, tree)))

    def _create_and_verify(self, tree: str, digest: str, size: int) -> list[Row]:
        path = str(getattr(self._trees, tree))
        out = self._work / f"{tree}-{digest}.json"

        def afresh() -> Mapping[str, str]:
            out.unlink(missing_ok=True)
            return {"WEIGHTMARK_HOME": str(self._work / f"home-{next(self._numbers)}")}

        verify = (self._weightmark, "manifest", "verify", path, "--manifest", str(out))
        return [
            Row(f"create {tree} {digest}", self._create(path, digest, out), size, afresh),
            Row(f"verify {tree} {digest}", verify, size),
        ]

    def _create(self, path: str, digest: str, out: Path) -> tuple[str, ...]:
        release = ("--name", "bench/model", "--version", "1.0.0", "--publisher", PUBLISHER)
        options = (*release, "--digest", digest, "--out", str(out))
        return (self._weightmark, "manifest", "create", path, *options)

    def _again(self) -> Row:
        """Return the row of a manifest that is made again after a small change."""
        path, out = self._trees.large, self._work / "again.json"
        variables = {"WEIGHTMARK_HOME": str(self._work / "home-again")}
        command = self._create(str(path), "sha2-256", out)
        subprocess.run(
            command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, **variables}
        )

        def change_one() -> Mapping[str, str]:
            out.unlink(missing_ok=True)
            (path / "config.json").write_bytes(os.urandom(495))
            return variables

        return Row("create again, one changed", command, 0, change_one)

    def _keys(self) -> tuple[str, str]:
        private, public = str(self._work / "key.pem"), str(self._work / "key.pub")
        subprocess.run((self._python, "-c", _KEY_PROGRAM, private, public), check=True)
        return private, public

    def _signed(self, private: str, public: str) -> list[Row]:
        """Return the rows of signatures."""
        path, out = str(self._trees.large), self._work / "ours.sig"

        def afresh() -> Mapping[str, str]:
            out.unlink(missing_ok=True)
            return {"WEIGHTMARK_HOME": str(self._work / f"home-{next(self._numbers)}")}

        base = (self._weightmark, "signature")
        create = (*base, "create", path, "--key", private, "--out", str(out))
        verify = (*base, "verify", path, "--public-key", public, "--signature", str(out))
        return [
            Row("signature create", create, self._large_size, afresh),
            Row("signature verify", verify, self._large_size),
        ]

    def _peer(self, private: str, public: str) -> list[Row]:
        if self._peer_python is None:
            return []
        python, tree = str(self._peer_python), str(self._trees.large)
        signature = ("--signature", str(self._work / "peer.sig"))
        base = (python, "-m", "model_signing")
        sign = (*base, "sign", "key", tree, "--private_key", private, *signature)
        verify = (*base, "verify", "key", tree, "--public_key", public, *signature)
        return [
            Row("model_signing sign", sign, self._large_size),
            Row("model_signing verify", verify, self._large_size),
        ]

    def _checksums(self, tree: str) -> Row:
        path: Path = getattr(self._trees, tree)
        pipeline = f"find {shlex.quote(str(path))} -type f -print0 | xargs -0 sha256sum"
        return Row(f"sha256sum {tree}", ("/bin/sh", "-c", pipeline), size_of(path))
