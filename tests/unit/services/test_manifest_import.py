"""Making a release manifest of what an earlier tool wrote: verified first, or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.earlier import (
    CLARITY_FILES,
    CLARITY_LIST,
    FILES,
    HASHTRACEAI,
    KEYS,
    MODELSEAL,
    SECRET,
    SIGNED,
    UNSIGNED,
    clarity_files,
    key_in,
    signature_beside,
)
from tests.fakes.artifact import FakeArtifact
from tests.unit.services.world import ALICE, NAME, unseen
from weightmark.domain.manifest import Metadata
from weightmark.domain.verdict import Outcome
from weightmark.errors import ManifestError, UsageError, ValueFormatError
from weightmark.services.manifest_import import Import, ImportRequest, ImportTrust, import_manifest
from weightmark.services.manifests import ManifestDraft, create_manifest
from weightmark.services.placing import place_imported
from weightmark.services.sidecars import MANIFEST

NOTHING_SAID = ManifestDraft(ALICE, "", "", datetime(2026, 11, 21, 9, tzinfo=UTC))
NAMED = replace(NOTHING_SAID, name=NAME, version="1.0.0")
ED25519, RSA = KEYS / "ed25519.pub", KEYS / "rsa.pub"
LIST_NAME = CLARITY_LIST.name
SIDECARS = sorted(path for path in clarity_files() if path.endswith(".sig"))


def trusting(key: Path | None = None, secret: str = "", *, unsigned: bool = False) -> ImportTrust:
    return ImportTrust(key_in(key) if key else None, secret.encode, unsigned)


def request_for(
    path: Path,
    trusted: ImportTrust,
    files: dict[str, bytes] | None = None,
    *,
    draft: ManifestDraft = NAMED,
    place: str = "",
    signature_place: str = "",
) -> ImportRequest:
    artifact = FakeArtifact(dict(FILES if files is None else files))
    return ImportRequest(
        data=artifact.files.get(place) or path.read_bytes(),
        signature=signature_beside(path),
        place=place,
        signature_place=signature_place,
        trusted=trusted,
        artifact=artifact,
        contents=artifact,
        draft=draft,
    )


def of_clarity(
    files: dict[str, bytes], place: str = LIST_NAME, secret: str = SECRET
) -> ImportRequest:
    return request_for(CLARITY_LIST, trusting(secret=secret), files, place=place)


def run(request: ImportRequest) -> Import:
    return import_manifest(request, unseen)


def failures(done: Import) -> dict[str, list[str]]:
    """Return the paths of each check that failed, by its name; nothing is made then."""
    assert done.manifest is None
    assert done.verdict.exit_status == 1
    return {check.name: list(check.paths) for check in done.verdict.problems}


@pytest.mark.parametrize("name", SIGNED)
def test_the_manifest_is_the_one_that_create_makes(name: str) -> None:
    path, key = SIGNED[name]
    request = request_for(path, trusting(key))
    done = run(request)
    assert done.manifest is not None, done.verdict
    draft = replace(
        NAMED,
        created_by=done.manifest.created_by or "",
        metadata=done.manifest.metadata or Metadata(),
    )
    assert done.manifest == create_manifest(FakeArtifact(dict(FILES)), draft, unseen)
    assert done.verdict.exit_status == 0


def test_what_is_signed_is_taken_over_and_options_take_its_place() -> None:
    request = request_for(MODELSEAL["ed25519"], trusting(ED25519), draft=NOTHING_SAID)
    made = run(request).manifest
    assert made is not None
    assert (made.name, made.version) == ("digits", "1.2.0")
    assert made.metadata == Metadata(framework="pytorch", author="Zoë")
    overriding = replace(NAMED, metadata=Metadata(author="me", license="MIT"), created_by="CI")
    made = run(replace(request, draft=overriding)).manifest
    assert made is not None
    assert (made.name, made.version, made.created_by) == (NAME, "1.0.0", "CI")
    assert made.metadata == Metadata(framework="pytorch", author="me", license="MIT")


def test_hole_3_what_no_signature_covers_is_named_and_not_taken_over() -> None:
    request = request_for(HASHTRACEAI["files alone"], trusting(RSA))
    done = run(request)
    assert done.manifest is not None
    assert not done.manifest.created_by
    assert done.uncovered["model_name"] == "digits"
    (warned,) = (check for check in done.verdict.checks if check.name == "unsigned")
    assert warned.outcome is Outcome.WARNED
    assert "model_name" in warned.message
    with pytest.raises(UsageError, match="no signature covers") as caught:
        run(replace(request, draft=NOTHING_SAID))
    assert caught.value.hint == "give --name and --version"


def test_where_the_signature_fails_nothing_is_covered() -> None:
    done = run(request_for(MODELSEAL["ed25519"], trusting(KEYS / "other-ed25519.pub")))
    assert failures(done) == {"signature": []}
    assert done.covered == {}
    assert done.uncovered.keys() >= {"model_name", "author", "signer_id"}


def test_a_name_that_is_none() -> None:
    request = request_for(MODELSEAL["ed25519"], trusting(ED25519))
    with pytest.raises(ValueFormatError, match="My Model"):
        run(replace(request, draft=replace(NAMED, name="My Model")))


@pytest.mark.parametrize(
    ("path", "key", "reason"),
    [
        (MODELSEAL["ed25519"], "other-ed25519.pub", "carries another key"),
        (MODELSEAL["ed25519"], "rsa.pub", "of rsa-pss-sha256"),
        (MODELSEAL["p256"].with_name("p384.json"), "p384.pub", "of ecdsa-p384-sha384"),
        (HASHTRACEAI["files alone"], "other-rsa.pub", "not signed by the key"),
        (HASHTRACEAI["beside"], "other-rsa.pub", "not signed by the key"),
        (UNSIGNED, "rsa.pub", "it is not signed"),
    ],
)
def test_hole_6_a_signature_that_the_trusted_key_has_not_made(
    path: Path, key: str, reason: str
) -> None:
    done = run(request_for(path, trusting(KEYS / key)))
    assert failures(done) == {"signature": []}
    assert reason in done.verdict.problems[0].message


def test_a_key_must_be_trusted() -> None:
    with pytest.raises(UsageError, match="nobody vouches for"):
        run(request_for(MODELSEAL["ed25519"], trusting()))


def test_what_is_not_signed_is_imported_only_when_that_is_known() -> None:
    request = request_for(UNSIGNED, trusting(unsigned=True))
    done = run(request)
    assert done.manifest is not None
    assert not done.manifest.created_by
    assert (done.covered, done.uncovered) == ({}, {"created_by": "<TARS>"})
    assert failures(run(replace(request, trusted=trusting()))) == {"signature": []}
    with pytest.raises(UsageError, match="the file is signed"):
        run(request_for(HASHTRACEAI["beside"], trusting(unsigned=True)))


def altered(files: dict[str, bytes]) -> None:
    files["config.json"] = b"{}"


def removed(files: dict[str, bytes]) -> None:
    del files["empty"]


def renamed(files: dict[str, bytes]) -> None:
    files["full"] = files.pop("empty")


def added(files: dict[str, bytes]) -> None:
    files["modeling_evil.py"] = b"import os"


def swapped(files: dict[str, bytes]) -> None:
    files["empty"], files["config.json"] = files["config.json"], files["empty"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (altered, {"altered": ["config.json"]}),
        (removed, {"missing": ["empty"]}),
        (renamed, {"missing": ["empty"], "extra": ["full"]}),
        (added, {"extra": ["modeling_evil.py"]}),
        (swapped, {"altered": ["config.json", "empty"]}),
    ],
)
@pytest.mark.parametrize("name", ["HashTraceAI, files alone", "modelseal, Ed25519"])
def test_holes_1_and_2_files_that_are_not_the_signed_ones(
    name: str, change: Callable[[dict[str, bytes]], None], expected: dict[str, list[str]]
) -> None:
    path, key = SIGNED[name]
    files = dict(FILES)
    change(files)
    assert failures(run(request_for(path, trusting(key), files))) == expected


def test_files_that_are_left_out_on_request() -> None:
    files = FILES | {"notes.txt": b"mine"}
    draft = replace(NAMED, ignores=("notes.txt",))
    done = run(request_for(MODELSEAL["ed25519"], trusting(ED25519), files, draft=draft))
    assert done.manifest is not None
    assert done.manifest.ignored_patterns == ("notes.txt",)


def test_the_tools_own_files_may_lie_among_the_others() -> None:
    path = HASHTRACEAI["beside"]
    beside = signature_beside(path) or b""
    files = FILES | {"manifest.json": path.read_bytes(), "manifest.json.sig": beside}
    elsewhere = request_for(path, trusting(RSA), files)
    assert failures(run(elsewhere)) == {"extra": ["manifest.json", "manifest.json.sig"]}
    inside = replace(elsewhere, place="manifest.json", signature_place="manifest.json.sig")
    done = run(inside)
    assert done.manifest is not None
    assert {entry.path for entry in done.manifest.files} == set(files)


def test_what_lies_beside_a_signed_file_and_is_no_signature_is_not_the_tools_own() -> None:
    path = MODELSEAL["ed25519"]
    files = FILES | {"m.json": path.read_bytes(), "m.json.sig": b"anything"}
    request = request_for(
        path, trusting(ED25519), files, place="m.json", signature_place="m.json.sig"
    )
    assert failures(run(replace(request, signature=b"anything"))) == {"extra": ["m.json.sig"]}


def test_hole_5_what_was_signed_twice_can_be_imported() -> None:
    """Modelseal has hashed its own earlier output, and fails to verify its later one."""
    path = MODELSEAL["ed25519"].with_name("twice.json")
    files = FILES | {"signed_manifest.json": path.read_bytes()}
    done = run(request_for(path, trusting(ED25519), files, place="signed_manifest.json"))
    assert done.manifest is not None, done.verdict


def test_files_of_clarity() -> None:
    done = run(of_clarity(clarity_files()))
    assert done.manifest is not None, done.verdict
    assert {entry.path for entry in done.manifest.files} == set(clarity_files())
    messages = {check.name: check.message for check in done.verdict.checks}
    assert "shared secret" in messages["signature"]
    assert "not the files' names" in messages["names"]
    assert "created_at" in messages["unsigned"]


def test_sidecars_alone_will_do() -> None:
    files = {path: data for path, data in clarity_files().items() if path != LIST_NAME}
    for place in SIDECARS:
        assert run(of_clarity(files, place)).manifest is not None, place
    one = {"model.pth": CLARITY_FILES["pat/model.pth"]}
    sidecar = CLARITY_LIST.parent / "pat/model.pth.sig"
    assert run(request_for(sidecar, trusting(secret=SECRET), one)).manifest is not None


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda files: files.update({"head.onnx": b"evil"}), {"altered": ["head.onnx"]}),
        (lambda files: files.pop("head.onnx"), {"missing": ["head.onnx"]}),
        (lambda files: files.update({"w.PTH": b"x"}), {"extra": ["w.PTH"]}),
        (lambda files: files.update({"w.bin": b"x"}), {"extra": ["w.bin"]}),
        (lambda files: files.pop("pat/config.json.sig"), {"extra": ["pat/config.json"]}),
        (lambda files: files.pop("pat/config.json"), {"missing": ["pat/config.json"]}),
    ],
    ids=["altered", "missing", "PTH", "bin", "no sidecar", "no file"],
)
def test_holes_1_and_2_files_of_clarity(
    change: Callable[[dict[str, bytes]], object], expected: dict[str, list[str]]
) -> None:
    files = clarity_files()
    change(files)
    assert failures(run(of_clarity(files))) == expected


def test_another_secret() -> None:
    assert failures(run(of_clarity(clarity_files(), secret="wrong"))) == {
        "altered": sorted(CLARITY_FILES)
    }


def test_a_list_that_is_older_than_a_sidecar() -> None:
    files = clarity_files()
    document = json.loads(files[LIST_NAME])
    document["signatures"]["head.onnx"]["signature"] = "00" * 32
    files[LIST_NAME] = json.dumps(document).encode()
    assert failures(run(of_clarity(files))) == {"altered": ["head.onnx"]}


def test_hole_7_two_models_swapped_with_what_clarity_wrote_beside_them() -> None:
    """Their codes cover no names: the sidecars tell, as long as they are not written anew."""
    files = clarity_files()
    one, other = "head.onnx", "pat/model.pth"
    for suffix in ("", ".sig"):
        files[one + suffix], files[other + suffix] = files[other + suffix], files[one + suffix]
    with pytest.raises(ManifestError, match="tells of another file"):
        run(of_clarity(files))


def test_a_sidecar_that_is_none() -> None:
    files = clarity_files() | {"head.onnx.sig": b"{}"}
    with pytest.raises(ManifestError, match=r"'head\.onnx\.sig' is no sidecar of Clarity"):
        run(of_clarity(files))


def test_it_is_written_after_those_who_sign_the_same_files() -> None:
    made = run(request_for(MODELSEAL["ed25519"], trusting(ED25519))).manifest
    assert made is not None
    artifact = FakeArtifact({})
    artifact.waiting.append(lambda: artifact.write_sidecar(MANIFEST, b"what somebody else wrote"))
    evidence, place = place_imported(artifact, made)
    assert artifact.sidecars == {MANIFEST: evidence.data}
    assert place == f"memory/{MANIFEST}"
