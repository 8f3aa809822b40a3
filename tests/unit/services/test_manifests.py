"""Making a manifest of an artifact, and checking files against one, with no chain."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.fakes.artifact import FakeArtifact, entry_of
from tests.unit.services.world import ALICE, FILES, MEANS, NAME, assert_problem, unseen
from weightmark.adapters.files.manifest_elsewhere import ManifestElsewhere
from weightmark.domain.digests import DigestAlgorithm
from weightmark.domain.manifest import Metadata, Signer, decode, encode
from weightmark.domain.merkle import MerkleTree
from weightmark.domain.verdict import Outcome
from weightmark.errors import ArtifactChangedError, ArtifactError, MissingPathError
from weightmark.ports.artifacts import Advance, HashedFiles
from weightmark.services.evidence import Evidence
from weightmark.services.manifests import ManifestDraft, create_manifest, verify_manifest
from weightmark.services.sidecars import MANIFEST
from weightmark.services.verification.files import FileSelection

SIGNER = Signer("ed25519", "00" * 32)
DRAFT = ManifestDraft(ALICE, NAME, "1.0.0", datetime(2026, 11, 21, 9, tzinfo=UTC))


@pytest.fixture
def artifact() -> FakeArtifact:
    """Return files with their manifest."""
    artifact = FakeArtifact(dict(FILES))
    artifact.write_sidecar(MANIFEST, encode(create_manifest(artifact, DRAFT, unseen)))
    return artifact


@pytest.mark.parametrize("algorithm", DigestAlgorithm)
def test_a_manifest_describes_every_file(algorithm: DigestAlgorithm) -> None:
    draft = dataclasses.replace(DRAFT, algorithm=algorithm)
    manifest = create_manifest(FakeArtifact(dict(FILES)), draft, unseen)
    entries = tuple(entry_of(path, FILES[path], algorithm) for path in sorted(FILES))
    assert manifest.files == entries
    root = MerkleTree.of(entry.leaf for entry in entries).root
    assert manifest.artifact_root == f"0x{root.hex()}"
    assert decode(encode(manifest)) == manifest
    assert manifest.created == "2026-11-21T09:00:00Z"


@pytest.mark.parametrize("signers", [(), (SIGNER,)], ids=["nobody", "somebody"])
def test_what_is_to_be_signed_is_hashed_for_signatures_in_the_same_reading(
    artifact: FakeArtifact, monkeypatch: pytest.MonkeyPatch, signers: tuple[Signer, ...]
) -> None:
    asked: list[set[DigestAlgorithm]] = []
    together = artifact.hash_together

    def remembered(
        paths: Collection[str], algorithms: Collection[DigestAlgorithm], advance: Advance
    ) -> dict[DigestAlgorithm, HashedFiles]:
        asked.append(set(algorithms))
        return together(paths, algorithms, advance)

    monkeypatch.setattr(artifact, "hash_together", remembered)
    blake3 = DigestAlgorithm.BLAKE3
    draft = dataclasses.replace(DRAFT, algorithm=blake3, signers=signers)
    manifest = create_manifest(artifact, draft, unseen)
    assert manifest.digest is blake3
    assert asked == [{blake3, DigestAlgorithm.SHA2_256} if signers else {blake3}]


def test_sidecars_are_outside_the_tree(artifact: FakeArtifact) -> None:
    before = Evidence.read(artifact).manifest
    artifact.sidecars["model.sig"] = b"signature"
    assert create_manifest(artifact, DRAFT, unseen) == before


def test_what_is_empty_is_absent() -> None:
    data = encode(create_manifest(FakeArtifact({"a": b""}), DRAFT, unseen))
    assert not {b"metadata", b"ignores", b"created_by"} & set(data.split(b'"'))


def test_what_a_publisher_says_is_in_it() -> None:
    draft = ManifestDraft(
        ALICE, NAME, "1", DRAFT.created, created_by="me", metadata=Metadata(license="MIT"),
        ignores=("*.json",),
    )  # fmt: skip
    manifest = create_manifest(FakeArtifact(dict(FILES)), draft, unseen)
    assert (manifest.created_by, manifest.metadata) == ("me", Metadata(license="MIT"))
    assert manifest.ignored_patterns == ("*.json",)
    assert "config.json" not in {entry.path for entry in manifest.files}


def test_progress_is_told_in_bytes() -> None:
    told: list[int] = []

    def start(total: int) -> Advance:
        told.append(-total)
        return told.append

    create_manifest(FakeArtifact(dict(FILES)), DRAFT, start)
    total = sum(map(len, FILES.values()))
    assert told[0] == -total
    assert sum(told[1:]) == total


@pytest.mark.parametrize(
    ("artifact", "error"),
    [
        (FakeArtifact({}), ArtifactError),
        (FakeArtifact({}, is_missing=True), MissingPathError),
        (FakeArtifact({"a": b"", "A": b""}), ArtifactError),
        (FakeArtifact({"a": b""}, changing={"a"}), ArtifactChangedError),
        (FakeArtifact({"a": b"", "b": b""}, unreadable={"b"}), ArtifactError),
    ],
    ids=["empty", "missing", "colliding", "changing", "unreadable"],
)
def test_artifacts_that_cannot_be_accepted(
    artifact: FakeArtifact, error: type[ArtifactError]
) -> None:
    with pytest.raises(error):
        create_manifest(artifact, DRAFT, unseen)


def test_files_that_belong_to_their_manifest(artifact: FakeArtifact) -> None:
    verdict = verify_manifest(artifact, FileSelection(), MEANS, unseen)
    assert verdict.verified
    assert (verdict.trust_mode, verdict.release) == ("none", f"{ALICE}/{NAME}@1.0.0")
    told = next(check for check in verdict.checks if check.name == "chain")
    assert told.outcome is Outcome.NOT_APPLICABLE
    assert "not who published them" in told.message


@pytest.mark.parametrize(("name", "content"), [("altered", b"[]"), ("extra", b"")])
def test_files_that_do_not(artifact: FakeArtifact, name: str, content: bytes) -> None:
    artifact.files["config.json" if name == "altered" else "evil.py"] = content
    verdict = verify_manifest(artifact, FileSelection(), MEANS, unseen)
    assert_problem(verdict, name, Outcome.FAILED, step=7)


def test_a_part(artifact: FakeArtifact) -> None:
    artifact.files.pop("model.bin")
    verdict = verify_manifest(artifact, FileSelection(("*.json",)), MEANS, unseen)
    assert verdict.verified
    assert verdict.partial


def test_no_manifest_and_no_artifact(artifact: FakeArtifact) -> None:
    artifact.is_missing = True
    verdict = verify_manifest(artifact, FileSelection(), MEANS, unseen)
    assert_problem(verdict, "files", Outcome.INVALID, "is not there", step=7)
    artifact.is_missing = False
    artifact.sidecars.clear()
    verdict = verify_manifest(artifact, FileSelection(), MEANS, unseen)
    assert_problem(verdict, "manifest", Outcome.INVALID, "is not there", step=1)


def test_a_manifest_beside_the_files_must_be_true_though_another_is_named(
    artifact: FakeArtifact, tmp_path: Path
) -> None:
    (tmp_path / "named.json").write_bytes(artifact.sidecars[MANIFEST])
    named = ManifestElsewhere(artifact, MANIFEST, tmp_path / "named.json")
    assert verify_manifest(named, FileSelection(), MEANS, unseen).verified
    renamed = replace(Evidence.read(artifact).manifest, name="other/name")
    artifact.sidecars[MANIFEST] = encode(renamed)
    assert verify_manifest(named, FileSelection(), MEANS, unseen).verified
    other = create_manifest(FakeArtifact({"evil.py": b""}), DRAFT, unseen)
    artifact.sidecars[MANIFEST] = encode(other)
    verdict = verify_manifest(named, FileSelection(), MEANS, unseen)
    assert {check.name for check in verdict.problems} == {"sidecar"}
    assert verdict.exit_status == 1
    assert all(MANIFEST in check.message for check in verdict.problems)
    artifact.sidecars[MANIFEST] = b"garbage"
    assert verify_manifest(named, FileSelection(), MEANS, unseen).exit_status == 4
    del artifact.sidecars[MANIFEST]
    assert verify_manifest(named, FileSelection(), MEANS, unseen).verified
