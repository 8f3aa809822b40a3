"""The release manifest; the package rfc8785 is the witness of the canonical form."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import rfc8785
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec import UNSET
from msgspec.structs import replace

from tests.unit.domain.strategies import manifests
from weightmark.domain import manifest as module
from weightmark.domain.digests import DigestAlgorithm
from weightmark.domain.manifest import (
    MAX_FILE_SIZE,
    MAX_LIST_LENGTH,
    MAX_SIGNERS,
    FileEntry,
    Manifest,
    Metadata,
    Signer,
    artifact_root_text,
    compare,
    decode,
    encode,
    format_timestamp,
    manifest_hash,
    parse_timestamp,
)
from weightmark.errors import ManifestError

ROOT = "0x" + "ab" * 32
FILES = (FileEntry("a", 1, "1220" + "ab" * 32), FileEntry("b", 2, "1220" + "cd" * 32))
PLAIN = Manifest(
    schema="weightmark/manifest/v1",
    publisher="0x52908400098527886E0F7030069857D2E4169EE7",
    name="acme/digits",
    version="1.0.0",
    created="2026-11-21T09:00:00Z",
    digest=DigestAlgorithm.SHA2_256,
    artifact_root=ROOT,
    files=FILES,
)


def plain() -> dict[str, Any]:
    """Return a valid manifest as JSON values."""
    document: dict[str, Any] = json.loads(encode(PLAIN))
    return document


def refused(document: object, reason: str) -> None:
    with pytest.raises(ManifestError, match=reason):
        decode(rfc8785.dumps(document))  # type: ignore[arg-type]


@given(manifests())
def test_encode_and_decode_are_inverse(manifest: Manifest) -> None:
    data = encode(manifest)
    assert decode(data) == manifest
    assert encode(decode(data)) == data


@given(manifests())
def test_the_form_is_that_of_rfc_8785(manifest: Manifest) -> None:
    data = encode(manifest)
    assert data == rfc8785.dumps(json.loads(data))


@given(st.text(max_size=200))
def test_any_text_is_written_as_rfc_8785_says(text: str) -> None:
    data = encode(replace(PLAIN, created_by=text))
    assert data == rfc8785.dumps(json.loads(data))
    assert decode(data).created_by == text


@given(manifests(), st.data())
def test_one_flipped_bit_is_refused_or_changes_the_hash(
    manifest: Manifest, data: st.DataObject
) -> None:
    spoiled = bytearray(encode(manifest))
    spoiled[data.draw(st.integers(0, len(spoiled) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    try:
        found = decode(bytes(spoiled))
    except ManifestError:
        return
    assert found != manifest
    assert manifest_hash(encode(found)) != manifest_hash(encode(manifest))


@given(manifests(), st.sampled_from([b" ", b"\n", b"\t", b"\xef\xbb\xbf", b"\0"]), st.data())
def test_white_space_anywhere_is_refused_or_changes_the_values(
    manifest: Manifest, space: bytes, data: st.DataObject
) -> None:
    whole = encode(manifest)
    position = data.draw(st.integers(0, len(whole)))
    try:
        found = decode(whole[:position] + space + whole[position:])
    except ManifestError:
        return
    assert found != manifest


@given(manifests(), st.data())
def test_a_manifest_cut_off_is_refused(manifest: Manifest, data: st.DataObject) -> None:
    whole = encode(manifest)
    with pytest.raises(ManifestError, match="cannot be read"):
        decode(whole[: data.draw(st.integers(0, len(whole) - 1))])


@given(manifests(), st.data())
def test_members_in_another_order_are_refused(manifest: Manifest, data: st.DataObject) -> None:
    members = json.loads(encode(manifest))
    order = data.draw(st.permutations(list(members)))
    assume(order != list(members))
    shuffled = {name: members[name] for name in order}
    with pytest.raises(ManifestError, match="not canonical"):
        decode(json.dumps(shuffled, ensure_ascii=False, separators=(",", ":")).encode())


@given(manifests(), st.data())
def test_a_repeated_member_is_refused(manifest: Manifest, data: st.DataObject) -> None:
    members = json.loads(encode(manifest))
    name = data.draw(st.sampled_from(list(members)))
    again = json.dumps({name: members[name]}, ensure_ascii=False, separators=(",", ":")).encode()
    with pytest.raises(ManifestError, match="not canonical"):
        decode(b"{" + again[1:-1] + b"," + encode(manifest)[1:])


@pytest.mark.parametrize("name", sorted(plain()))
def test_every_member_of_a_plain_manifest_is_required(name: str) -> None:
    document = plain()
    del document[name]
    refused(document, f"missing required field `{name}`")


@pytest.mark.parametrize("path", [(), ("files", 0)], ids=str)
def test_an_unknown_member_is_refused(path: tuple[str | int, ...]) -> None:
    document = plain()
    place = document
    for step in path:
        place = place[step]  # type: ignore[index]
    place["zzz"] = 1
    refused(document, "unknown field `zzz`")


@pytest.mark.parametrize("value", [None, True, 0, 1.5, {}], ids=repr)
@pytest.mark.parametrize("name", sorted(plain()))
def test_a_member_of_another_type_is_refused(name: str, value: object) -> None:
    refused(plain() | {name: value}, rf"Expected `(str|array)`.*`\$\.{name}`")


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("schema", "weightmark/manifest/v2", "schema"),
        ("publisher", "0x52908400098527886e0f7030069857d2e4169ee7", "capitals of EIP-55"),
        ("publisher", "0x52908400098527886E0F7030069857D2E4169Ee7", "wrong checksum"),
        ("publisher", "me", "is not an address"),
        ("name", "Acme", "is not a model name"),
        ("version", "1 0", "is not a version"),
        ("created", "2026-11-21", "is not a time"),
        ("created", "2026-11-21T09:00:00+00:00", "is not a time"),
        ("created", "2026-02-30T09:00:00Z", "is not a time"),
        ("created", "2026-11-21T24:00:00Z", "is not a time"),
        ("created", "2026-11-21T09:00:60Z", "is not a time"),
        ("created", "0000-01-01T00:00:00Z", "is not a time"),
        ("created", "\uff12026-11-21T09:00:00Z", "is not a time"),
        ("created", "2026-11-21T09:00:00Z\n", "is not a time"),
        ("digest", "md5", "Invalid enum value"),
        ("digest", "blake3", "is not blake3, as the manifest declares"),
        ("artifact_root", ROOT[2:], "artifact_root"),
        ("artifact_root", ROOT.upper(), "artifact_root"),
        ("artifact_root", ROOT + "\n", "artifact_root"),
        ("created_by", "x" * 4097, "created_by"),
        ("ignores", ["x" * 4097], "ignores"),
        ("ignores", ["x"] * (MAX_LIST_LENGTH + 1), "ignores"),
        ("signers", [{"algorithm": "ed25519", "key": "ab"}], "key"),
        ("signers", [{"algorithm": "ed25519", "key": "ab" * 32}] * (MAX_SIGNERS + 1), "signers"),
        ("parents", [{"relation": "", "ref": "", "artifact_root": "0x"}], "artifact_root"),
        ("datasets", [{"name": "d", "digest": "ab"}], "digest"),
        ("metadata", {"homepage": ""}, "homepage"),
        ("files", [], "length >= 1"),
    ],
)
def test_values_that_break_a_rule(name: str, value: object, reason: str) -> None:
    refused(plain() | {name: value}, reason)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"size": -1}, "size"),
        ({"size": MAX_FILE_SIZE + 1}, "size"),
        ({"path": "../a"}, "component '.' or '..'"),
        ({"path": "/a"}, "absolute"),
        ({"path": "B"}, "collides"),
        ({"path": "b"}, "collides"),
        ({"path": "b/c"}, "is a file as well"),
        ({"path": "c"}, "not sorted"),
        ({"path": "x" * 4097}, "path"),
        ({"digest": "1e20" + "ab" * 32}, "is not sha2-256"),
        ({"digest": "ab" * 32}, "digest"),
        ({"digest": "1220" + "ab" * 32 + "\n"}, "digest"),
    ],
)
def test_files_that_break_a_rule(changes: dict[str, object], reason: str) -> None:
    document = plain()
    document["files"][0] |= changes
    data = json.dumps(document, sort_keys=True, separators=(",", ":")).encode()
    with pytest.raises(ManifestError, match=reason):
        decode(data)


def test_the_largest_size_is_accepted() -> None:
    largest = replace(FILES[0], size=MAX_FILE_SIZE)
    manifest = replace(PLAIN, files=(largest,))
    assert decode(encode(manifest)).size == MAX_FILE_SIZE


def test_a_manifest_out_of_bounds_is_not_even_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = encode(PLAIN)
    monkeypatch.setattr(module, "MAX_MANIFEST_SIZE", len(whole))
    assert decode(whole) == PLAIN
    with pytest.raises(ManifestError, match="larger than"):
        decode(whole + b" ")


@pytest.mark.parametrize("spoiled", [b"\xff", b"\\ud800", b"\\udc00", b"\xed\xa0\x80", b"\\u0041"])
def test_text_that_is_not_unicode_is_refused(spoiled: bytes) -> None:
    whole = encode(replace(PLAIN, created_by="MARK"))
    with pytest.raises(ManifestError, match=r"cannot be read|not canonical"):
        decode(whole.replace(b"MARK", spoiled))


@pytest.mark.parametrize("nested", [b"[" * 100_000, b'{"a":' * 100_000, b"[" * 17 + b"]" * 17])
def test_deep_nesting_is_refused(nested: bytes) -> None:
    with pytest.raises(ManifestError, match="cannot be read"):
        decode(nested)
    with pytest.raises(ManifestError, match="cannot be read"):
        decode(encode(PLAIN)[:-1] + b',"zzz":' + nested)


@pytest.mark.parametrize(
    "number", [b"1.0", b"1e0", b"-0", b"01", b"9007199254740992", b"1e400", b"NaN"]
)
def test_a_size_that_is_written_otherwise_is_refused(number: bytes) -> None:
    with pytest.raises(ManifestError, match=r"cannot be read|not canonical"):
        decode(encode(PLAIN).replace(b'"size":1}', b'"size":' + number + b"}"))


def test_absent_members_stay_absent() -> None:
    assert decode(encode(PLAIN)).metadata is UNSET
    assert PLAIN.ignored_patterns == ()
    assert PLAIN.required_signers == ()
    assert PLAIN.size == 3
    assert PLAIN.algorithm is DigestAlgorithm.SHA2_256


def test_empty_members_stay_present() -> None:
    manifest = replace(PLAIN, ignores=(), metadata=Metadata(tags=()), signers=())
    assert b'"ignores":[]' in encode(manifest)
    assert decode(encode(manifest)) == manifest


def test_signers_and_ignores_are_told() -> None:
    signer = Signer("ed25519", "ab" * 32)
    manifest = replace(PLAIN, ignores=("*.log",), signers=(signer,))
    assert (manifest.ignored_patterns, manifest.required_signers) == (("*.log",), (signer,))


@given(st.datetimes(min_value=datetime(1000, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_times_are_written_in_whole_seconds_of_utc(time: datetime) -> None:
    assert parse_timestamp(format_timestamp(time)) == time.replace(microsecond=0)


def test_times_of_other_zones_are_written_in_utc() -> None:
    eastern = timezone(timedelta(hours=-5))
    assert format_timestamp(datetime(2026, 11, 21, 4, tzinfo=eastern)) == "2026-11-21T09:00:00Z"


def test_the_root_of_the_entries() -> None:
    assert artifact_root_text(PLAIN.tree().root) == artifact_root_text(
        replace(PLAIN, files=FILES[::-1]).tree().root
    )


def test_lists_of_files_are_compared_by_path() -> None:
    after = (FileEntry("a", 2, FILES[0].digest), FileEntry("c", 2, FILES[1].digest))
    assert compare(FILES, after) == {"added": ["c"], "removed": ["b"], "altered": ["a"]}
    assert compare(FILES, FILES) == {"added": [], "removed": [], "altered": []}
