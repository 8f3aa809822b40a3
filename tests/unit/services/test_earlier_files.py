"""Files beside what an earlier tool says of them: each difference by itself, and how it is told."""

from __future__ import annotations

import json

import pytest

from tests.fakes.artifact import FakeArtifact, digest_of
from tests.unit.services.signed import NOW
from tests.unit.services.world import ALICE, NAME, unseen
from weightmark.domain.digests import DigestAlgorithm
from weightmark.domain.earlier.clarity import MAX_SIDECAR_SIZE
from weightmark.domain.earlier.values import (
    EarlierCodes,
    EarlierManifest,
    FileClaim,
    FileCode,
    Scheme,
)
from weightmark.domain.manifest import Manifest
from weightmark.domain.verdict import Check, Outcome
from weightmark.errors import ArtifactError, ManifestError
from weightmark.services.earlier_files import compare_codes, compare_manifest
from weightmark.services.manifests import ManifestDraft, create_manifest

SECRET = b"a secret"
FILES = {"a": b"one", "sub/b": b"other", "sub/c": b""}


def hashed(artifact: FakeArtifact) -> Manifest:
    return create_manifest(artifact, ManifestDraft(ALICE, NAME, "1.0.0", NOW), unseen)


def claim_of(data: bytes, size: int | None = None) -> FileClaim:
    return FileClaim(digest_of(data, DigestAlgorithm.SHA2_256).hex[4:], size)


def compared(
    claims: dict[str, FileClaim], place: str = "", own: frozenset[str] = frozenset()
) -> tuple[Check, ...]:
    earlier = EarlierManifest("tool", claims, Scheme.ED25519, b"", b"")
    return compare_manifest(earlier, hashed(FakeArtifact(dict(FILES))), place, own)


def told(checks: tuple[Check, ...]) -> dict[str, tuple[str, ...]]:
    """Return the paths of what failed, by name."""
    assert all(each.outcome is Outcome.FAILED for each in checks)
    return {each.name: each.paths for each in checks}


GOOD = {path: claim_of(data) for path, data in FILES.items()}


@pytest.mark.parametrize("sizes", [{"a": 3, "sub/b": 5, "sub/c": 0}, {"a": 3}, {}])
def test_files_as_they_were_listed(sizes: dict[str, int]) -> None:
    claims = {path: claim_of(data, sizes.get(path)) for path, data in FILES.items()}
    (check,) = compared(claims)
    assert (check.outcome, check.message) == (Outcome.PASSED, "3 files are as listed")


def test_a_length_that_is_told_counts_beside_the_digest() -> None:
    for wrong in (0, 2, 4):
        assert told(compared({**GOOD, "a": claim_of(b"one", wrong)})) == {"altered": ("a",)}
    # A length of nothing is one that is told.
    assert told(compared({**GOOD, "sub/b": claim_of(b"other", 0)})) == {"altered": ("sub/b",)}


def test_every_difference_is_told_at_once_and_paths_are_sorted() -> None:
    claims = {"z": claim_of(b""), "sub/b": claim_of(b"!"), "a": claim_of(b"!"), "b": claim_of(b"")}
    checks = compared(claims)
    assert told(checks) == {"altered": ("a", "sub/b"), "missing": ("b", "z"), "extra": ("sub/c",)}
    assert [each.message for each in checks] == [
        "2 files are altered, or signed with another key",
        "2 files are missing",
        "1 file is not listed",
    ]
    assert [each.hint for each in checks] == ["", "", "--ignore leaves files out"]


def test_two_files_that_were_swapped_are_both_altered() -> None:
    swapped = {**GOOD, "a": GOOD["sub/b"], "sub/b": GOOD["a"]}
    assert told(compared(swapped)) == {"altered": ("a", "sub/b")}


def test_the_list_s_own_place_is_no_claim_and_what_is_its_own_need_not_be_listed() -> None:
    less = {path: claim for path, claim in GOOD.items() if path != "a"}
    assert told(compared(less)) == {"extra": ("a",)}
    assert compared(less, own=frozenset({"a"}))[0].message == "2 files are as listed"
    # What lies at the list's own place is let off neither by that nor by a claim of it.
    assert told(compared({**GOOD, "a": claim_of(b"!")}, place="a")) == {"extra": ("a",)}
    # Whatever else the tool may own: what is listed has to be as listed.
    own = frozenset({"a"})
    assert told(compared({**GOOD, "a": claim_of(b"!")}, own=own)) == {"altered": ("a",)}


def code_of(data: bytes, size: int | None = None, secret: bytes = SECRET) -> FileCode:
    artifact = FakeArtifact({"x": data})
    code = artifact.authenticate(["x"], secret, lambda _: None)["x"]
    return FileCode(code, len(data) if size is None else size)


def sidecar(data: bytes, name: str = "a", **members: object) -> bytes:
    code = code_of(data)
    document = {"file": name, "signature": code.code, "file_size": code.size}
    return json.dumps({**document, "algorithm": "sha256", "signed_at": "then", **members}).encode()


def checked(
    codes: dict[str, FileCode], beside: dict[str, bytes] | None = None, place: str = "list"
) -> tuple[Check, ...]:
    artifact = FakeArtifact({**FILES, place: b"", **(beside or {})})
    earlier = EarlierCodes("tool", codes)
    return compare_codes(earlier, hashed(artifact), place, artifact, SECRET, unseen)


CODES = {path: code_of(data) for path, data in FILES.items()}


def test_codes_hold_for_content_and_length_under_the_secret() -> None:
    (check,) = checked(CODES)
    assert (check.outcome, check.message) == (Outcome.PASSED, "3 files are as listed")
    for wrong in (code_of(b"one", 2), code_of(b"one", 4), code_of(b"on"), FileCode("", 3)):
        assert told(checked({**CODES, "a": wrong})) == {"altered": ("a",)}
    other = {path: code_of(data, secret=b"another") for path, data in FILES.items()}
    assert told(checked(other)) == {"altered": ("a", "sub/b", "sub/c")}


def test_a_list_tells_of_the_files_in_its_own_folder() -> None:
    in_folder = {"b": CODES["sub/b"], "c": CODES["sub/c"]}
    assert told(checked(in_folder, place="sub/list")) == {"extra": ("a",)}
    assert told(checked({**in_folder, "a": CODES["a"]}, place="sub/list")) == {
        "missing": ("sub/a",),
        "extra": ("a",),
    }


def test_of_a_list_and_a_sidecar_both_have_to_be_right() -> None:
    assert checked(CODES, {"a.sig": sidecar(b"one")})[0].outcome is Outcome.PASSED
    assert told(checked(CODES, {"a.sig": sidecar(b"older")})) == {"altered": ("a",)}
    wrong = {**CODES, "a": code_of(b"older")}
    assert told(checked(wrong, {"a.sig": sidecar(b"one")})) == {"altered": ("a",)}


def test_a_sidecar_of_a_file_that_is_gone() -> None:
    gone = {"sub/gone.sig": sidecar(b"one", "gone")}
    assert told(checked(CODES, gone)) == {"missing": ("sub/gone",)}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"{}", "'a.sig' is no sidecar of Clarity: the file cannot be read"),
        (sidecar(b"one", "b"), "'a.sig' tells of another file than the one beside it"),
        (sidecar(b"one", "./a"), "'a.sig' tells of another file than the one beside it"),
        (sidecar(b"one", algorithm="sha1"), "'a.sig' is no sidecar of Clarity"),
        (sidecar(b"one", file_size=-1), "'a.sig' is no sidecar of Clarity"),
        (sidecar(b"one", file_size=2**53), "'a.sig' is no sidecar of Clarity"),
        (sidecar(b"one", more=1), "'a.sig' is no sidecar of Clarity"),
    ],
    ids=["none", "another", "a path", "algorithm", "below zero", "too long", "a member more"],
)
def test_a_sidecar_that_tells_something_else(data: bytes, reason: str) -> None:
    with pytest.raises(ManifestError) as caught:
        checked(CODES, {"a.sig": data})
    assert caught.value.message.startswith(reason)


def test_a_sidecar_is_bounded() -> None:
    data = sidecar(b"one")
    padded = data + b" " * (MAX_SIDECAR_SIZE - len(data))
    assert checked(CODES, {"a.sig": padded})[0].outcome is Outcome.PASSED
    with pytest.raises(ArtifactError):
        checked(CODES, {"a.sig": padded + b" "})
