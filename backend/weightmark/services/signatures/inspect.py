"""What a file of signatures holds, with nobody trusted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from weightmark.domain.verdict import Check
from weightmark.ports.signing import Keyring
from weightmark.services.signatures.files import SignedFile
from weightmark.services.signatures.keys import NOBODY, ExaminedSignature, Examiner, describe


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that a file of signatures says.

    Attributes:
        what: What it is about.
        text: What it says.
        is_verified: Whether it was verified. Without a key that is trusted, that is so only of a
            signature that is one of the key which the file itself carries.
    """

    what: str
    text: str
    is_verified: bool = False


def inspect_signatures(file: SignedFile, keyring: Keyring) -> tuple[Line, ...]:
    """Return what a file of signatures says, line by line."""
    findings = Examiner(keyring, NOBODY).examine(file)
    return (*map(_signature_line, findings), *_statement_lines(file))


def _signature_line(finding: ExaminedSignature) -> Line:
    match finding.result:
        case Check() as problem:
            return Line("signature", problem.message)
        case verifier:
            text = f"one of the {describe(verifier)}, which nobody vouches for here"
            return Line("signature", text, is_verified=True)


def _statement_lines(file: SignedFile) -> Iterator[Line]:
    statement = file.statement
    yield Line("subject", statement.subject)
    yield Line("first signed", statement.signed or "at a time that is unknown")
    if statement.manifest_hash:
        yield Line("manifest hash", f"0x{statement.manifest_hash.hex()}")
    if statement.artifact_root:
        yield Line("artifact root", f"0x{statement.artifact_root.hex()}")
    for path in statement.ignored_paths:
        yield Line("ignored", path)
    for resource in statement.resources:
        size = "unknown size" if resource.size is None else f"{resource.size} bytes"
        yield Line("file", f"{resource.digest}  {size}  {resource.name}")
