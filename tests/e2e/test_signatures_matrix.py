"""Every shape of model and curve, by key and by certificate: both verify what the other signs.

One command of ours signs or verifies all shapes at once, and one process of the reference runs all
of its commands; the tests look at what each of them said of each case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from tests.command import Weightmark
from tests.e2e.model_shapes import SHAPES, alter, sidecar
from tests.e2e.releases import document, new_weightmark
from tests.reference import Reference, write_private_key, write_public_key
from tests.unit.adapters.signing.issuing import (
    AUTHORITY,
    DAY,
    ISSUING,
    SIGNING,
    issue,
    write_certificates,
)

CURVES = {"p256": ec.SECP256R1(), "p384": ec.SECP384R1(), "p521": ec.SECP521R1()}
MEANS = ("key", "certificate")
CASES = list(product(SHAPES, CURVES, MEANS))
# What each shape is called in its tree: the reference signs that, and we want it there.
NAMES = {shape: f"{number}.model" for number, shape in enumerate(SHAPES)}
EACH = ("--each", "--include", "*.model", "--no-recursive", "--json")


@dataclass(frozen=True)
class Signers:
    """One key, its certificates, and the commands of both that use the one or the others."""

    folder: Path
    private: Path
    public: Path
    chain: tuple[Path, Path]
    root: Path
    is_certified: bool

    def models(self) -> dict[str, Path]:
        """Write a model of each shape."""
        return {shape: write(self.folder / NAMES[shape]) for shape, write in SHAPES.items()}

    def create(self, weightmark: Weightmark) -> dict[str, str]:
        """Sign all models with our command, and return what became of each."""
        certified = [each for path in self.chain for each in ("--certificate", path)]
        options = ("--key", self.private, *(certified if self.is_certified else ()))
        told = document(weightmark("signature", "create", self.folder, *EACH, *options))
        return {each["path"]: each.get("deed", "") for each in told["models"]}

    def verify(self, weightmark: Weightmark) -> dict[str, bool]:
        """Verify all models with our command."""
        trusted = ("--public-key", self.public)
        if self.is_certified:
            trusted = ("--certificate-chain", self.root)
        told = document(weightmark("signature", "verify", self.folder, *EACH, *trusted))
        return {each["path"]: each["verified"] for each in told["models"]}

    def their_create(self, reference: Reference, model: Path) -> int:
        """Sign a model with the reference."""
        if self.is_certified:
            where = (model, sidecar(model), self.private)
            return reference.sign_certified(*where, *self.chain).status
        return reference.sign(model, sidecar(model), self.private).status

    def their_verify(self, reference: Reference, model: Path) -> int:
        """Verify a model with the reference."""
        if self.is_certified:
            return reference.verify_certified(model, sidecar(model), self.root).status
        return reference.verify(model, sidecar(model), self.public).status


Case = tuple[str, str, str]


def new_signers(folder: Path, curve: str, means: str) -> Signers:
    key, now = ec.generate_private_key(CURVES[curve]), datetime.now(UTC)
    valid: dict[str, Any] = {"start": now - DAY, "end": now + DAY}
    root = issue("root", None, AUTHORITY, ISSUING, **valid)
    middle = issue("middle", root, AUTHORITY, ISSUING, **valid)
    leaf = issue("signer", middle, SIGNING, key=key, **valid)
    folder.mkdir()
    return Signers(
        folder,
        write_private_key(folder / "key", key),
        write_public_key(folder / "key.pub", key),
        (
            write_certificates(folder / "leaf", [leaf]),
            write_certificates(folder / "middle", [middle]),
        ),
        write_certificates(folder / "root", [root]),
        means == "certificate",
    )


@pytest.fixture(scope="module")
def weightmark(tmp_path_factory: pytest.TempPathFactory) -> Weightmark:
    return new_weightmark(tmp_path_factory.mktemp("weightmark"))


@pytest.fixture(scope="module")
def of_ours(
    reference: Reference, weightmark: Weightmark, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[Case, object]:
    """What we made, and what the reference answers, before and after a file is altered."""
    found: dict[Case, object] = {}
    folder = tmp_path_factory.mktemp("ours")
    for curve, means in product(CURVES, MEANS):
        signers = new_signers(folder / f"{curve} {means}", curve, means)
        models = signers.models()
        made = signers.create(weightmark)
        for shape, model in models.items():
            before = signers.their_verify(reference, model)
            alter(model)
            after = signers.their_verify(reference, model)
            found[shape, curve, means] = made[NAMES[shape]], before, after
    return found


@pytest.fixture(scope="module")
def of_theirs(
    reference: Reference, weightmark: Weightmark, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[Case, object]:
    """What the reference made, and what we answer, before and after a file is altered."""
    found: dict[Case, object] = {}
    folder = tmp_path_factory.mktemp("theirs")
    for curve, means in product(CURVES, MEANS):
        signers = new_signers(folder / f"{curve} {means}", curve, means)
        models = signers.models()
        made = {shape: signers.their_create(reference, model) for shape, model in models.items()}
        before, kept = signers.verify(weightmark), signers.create(weightmark)
        for model in models.values():
            alter(model)
        after = signers.verify(weightmark)
        for shape, name in NAMES.items():
            found[shape, curve, means] = made[shape], before[name], kept[name], after[name]
    return found


@pytest.mark.parametrize(("shape", "curve", "means"), CASES)
def test_the_reference_verifies_what_we_sign(
    of_ours: Mapping[Case, object], shape: str, curve: str, means: str
) -> None:
    assert of_ours[shape, curve, means] == ("created", 0, 1)


@pytest.mark.parametrize(("shape", "curve", "means"), CASES)
def test_we_verify_what_the_reference_signs(
    of_theirs: Mapping[Case, object], shape: str, curve: str, means: str
) -> None:
    """What it signed is left as it is where we would sign the same."""
    assert of_theirs[shape, curve, means] == (0, True, "kept", False)
