"""Reading the files of earlier tools: what they wrote is read, and nothing else is."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.earlier import (
    CLARITY_FILES,
    CLARITY_LIST,
    FILES,
    HASHTRACEAI,
    MODELSEAL,
    SIGNED,
    UNSIGNED,
)
from weightmark.domain.earlier.parsing import parse
from weightmark.domain.earlier.strict import MAX_EARLIER_SIZE
from weightmark.domain.earlier.values import (
    Description,
    EarlierCodes,
    EarlierManifest,
    FileClaim,
    Scheme,
)
from weightmark.errors import ManifestError

DIGEST = "ab" * 32
SIDECAR = CLARITY_LIST.with_name("head.onnx.sig")
EVERY_FORM = {
    **{name: path for name, (path, _) in SIGNED.items()},
    "Clarity, list": CLARITY_LIST,
    "Clarity, sidecar": SIDECAR,
}


def manifest_in(data: bytes) -> EarlierManifest:
    earlier = parse(data)
    assert isinstance(earlier, EarlierManifest)
    return earlier


def objects_in(value: Any) -> list[dict[str, Any]]:
    """Return every object in a document, the outermost first."""
    if isinstance(value, list):
        return [found for each in value for found in objects_in(each)]
    if isinstance(value, dict):
        return [value, *(found for each in value.values() for found in objects_in(each))]
    return []


@pytest.mark.parametrize("name", SIGNED)
def test_the_files_that_were_signed(name: str) -> None:
    earlier = manifest_in(SIGNED[name][0].read_bytes())
    assert earlier.tool == name.partition(",")[0]
    assert {path: claim.sha256 for path, claim in earlier.files.items()} == {
        path: hashlib.sha256(data).hexdigest() for path, data in FILES.items()
    }


def test_sizes_are_taken_where_they_are_told() -> None:
    sizes = {path: len(data) for path, data in FILES.items()}
    sealed = manifest_in(MODELSEAL["ed25519"].read_bytes())
    traced = manifest_in(HASHTRACEAI["files alone"].read_bytes())
    assert {path: claim.size for path, claim in sealed.files.items()} == sizes
    assert {claim.size for claim in traced.files.values()} == {None}


@pytest.mark.parametrize(
    ("name", "scheme", "covered", "uncovered"),
    [
        ("inside", Scheme.RSA_PKCS1, {"created", "created_by"}, set()),
        ("beside", Scheme.RSA_PSS, {"created_by"}, set()),
        (
            "beside, with a name",
            Scheme.RSA_PSS,
            {"created_by", "model_name", "model_version"},
            set(),
        ),
        (
            "wrapped",
            Scheme.RSA_PKCS1,
            {"created_by", "model_name", "model_version", "timestamp", "local_timestamp"},
            set(),
        ),
        (
            "files alone",
            Scheme.RSA_PSS,
            set(),
            {"created_by", "model_name", "model_version", "timestamp_utc", "timestamp_local"},
        ),
    ],
)
def test_what_hashtraceai_signs(
    name: str, scheme: Scheme, covered: set[str], uncovered: set[str]
) -> None:
    earlier = manifest_in(HASHTRACEAI[name].read_bytes())
    assert earlier.scheme is scheme
    assert (set(earlier.covered), set(earlier.uncovered)) == (covered, uncovered)
    assert earlier.description.name == ("digits" if "model_name" in covered else "")
    assert bool(earlier.description.created_by) is ("created_by" in covered)


def test_a_signature_that_lies_beside_covers_the_whole_file() -> None:
    for path in (HASHTRACEAI["beside"], UNSIGNED):
        earlier = manifest_in(path.read_bytes())
        assert (earlier.signature, earlier.message) == (None, path.read_bytes())


def test_what_modelseal_signs() -> None:
    earlier = manifest_in(MODELSEAL["p256"].read_bytes())
    assert earlier.description == Description("digits", "1.2.0", "", "pytorch", "Zoë", "")
    assert set(earlier.uncovered) == {"signer_id", "signed_at"}
    assert earlier.public_key.startswith(b"-----BEGIN PUBLIC KEY-----")


def test_what_clarity_lists() -> None:
    codes = parse(CLARITY_LIST.read_bytes())
    assert isinstance(codes, EarlierCodes)
    assert codes.files.keys() == {"head.onnx", "pat/model.pth"}
    assert codes.files["pat/model.pth"].size == len(CLARITY_FILES["pat/model.pth"])
    assert parse(SIDECAR.read_bytes()).files == {"head.onnx": codes.files["head.onnx"]}


@pytest.mark.parametrize("name", EVERY_FORM)
def test_a_member_more_less_or_twice_is_refused(name: str) -> None:
    genuine = EVERY_FORM[name].read_text("utf-8")
    for index, found in enumerate(objects_in(json.loads(genuine))):
        if any(isinstance(value, dict) for value in found.values()) and "signatures" not in found:
            continue  # a map by paths, or what holds one
        added = json.loads(genuine)
        objects_in(added)[index]["more"] = "x"
        with pytest.raises(ManifestError):
            parse(json.dumps(added).encode())
        for member in found:
            missing = json.loads(genuine)
            del objects_in(missing)[index][member]
            if member not in OPTIONAL.get(name, ()):
                with pytest.raises(ManifestError):
                    parse(json.dumps(missing).encode())
    for member in ("signature", "sha256", "sha256_hash", "file", "created_by"):
        twice = genuine.replace(f'"{member}": "', f'"{member}": "", "{member}": "', 1)
        if twice != genuine:
            with pytest.raises(ManifestError):
                parse(twice.encode())


# What a form may lack: its first version did.
OPTIONAL = {
    "HashTraceAI, inside": {"created", "signature"},
    "HashTraceAI, beside, with a name": {"model_name", "model_version"},
}


def with_a_file_twice(document: Any) -> None:
    document["manifest"]["files"] *= 2


def without_padding(document: Any) -> None:
    document["signature"]["public_key"] = "QQ"


@pytest.mark.parametrize(
    ("change", "reason"),
    [(with_a_file_twice, "lists a path twice"), (without_padding, "no base64")],
)
def test_what_modelseal_would_read(change: Callable[[Any], None], reason: str) -> None:
    document = json.loads(MODELSEAL["ed25519"].read_text("utf-8"))
    change(document)
    with pytest.raises(ManifestError, match=reason):
        parse(json.dumps(document).encode())


def plain(*paths: str) -> bytes:
    files = [{"path": path, "sha256": DIGEST} for path in paths]
    return json.dumps({"version": "1.0", "created_by": "me", "files": files}).encode()


def test_a_plain_manifest_is_the_shortest_form() -> None:
    assert manifest_in(plain("a/b", "c")).files == {
        "a/b": FileClaim(DIGEST),
        "c": FileClaim(DIGEST),
    }


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (plain(), "length >= 1"),
        (plain("a", "a"), "lists a path twice"),
        (plain("../m-evil/z"), "component '.' or '..'"),
        (plain("/etc/passwd"), "absolute"),
        (plain("a\\b"), "backslash"),
        (plain("a\0b"), "control"),
        (plain("README", "readme"), "collides"),
        (plain("a", "a/b"), "is a file as well"),
        (b"[]", "no JSON object"),
        (b"{}", "no tool that is known"),
        (b"\xff", "no JSON object"),
        (b'{"files": [], "version": 1}', "cannot be read"),
        (b'{"a":' * 100_000, "no JSON object"),
        (b" " * MAX_EARLIER_SIZE + b"{}", "larger than"),
        (plain("a").replace(DIGEST.encode(), b"AB" * 32), "cannot be read"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(ManifestError, match=re.escape(reason)):
        parse(data)


def renamed(document: Any) -> None:
    document["signatures"]["head.onnx"]["file"] = "model.pth"


def miscounted(document: Any) -> None:
    document["total_files"] = 3


def emptied(document: Any) -> None:
    document["signatures"] = {}
    document["total_files"] = 0


def climbing(document: Any) -> None:
    document["signatures"]["../head.onnx"] = document["signatures"].pop("head.onnx")


@pytest.mark.parametrize("change", [renamed, miscounted, emptied, climbing])
def test_a_list_that_contradicts_itself(change: Callable[[Any], None]) -> None:
    document = json.loads(CLARITY_LIST.read_text("utf-8"))
    change(document)
    with pytest.raises(ManifestError):
        parse(json.dumps(document).encode())
