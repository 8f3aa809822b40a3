"""What is signed, and what the reference's own statements may look like."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.unit.domain.signatures.documents import BLAKE3, PAYLOAD, STATEMENT, Spoil, spoiled
from weightmark.domain.manifest import MAX_LIST_LENGTH
from weightmark.domain.signatures.envelope import MAX_PAYLOAD_SIZE
from weightmark.domain.signatures.statement import (
    MAX_VALUES,
    Resource,
    Statement,
    decode_statement,
    encode_statement,
    sorted_resources,
)
from weightmark.domain.unambiguous import count_values
from weightmark.errors import SignatureFileError


def resources(document: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = document["predicate"]["resources"]
    return found


def serialization(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["predicate"]["serialization"]
    return found


def rooted(document: dict[str, Any]) -> None:
    """Give the root that follows from the files."""
    digests = b"".join(bytes.fromhex(each["digest"]) for each in resources(document))
    document["subject"][0]["digest"]["sha256"] = hashlib.sha256(digests).hexdigest()


@pytest.mark.parametrize(
    "statement",
    [
        STATEMENT,
        replace(STATEMENT, artifact_root=b"", manifest_hash=b"", ignored_paths=(), keys=()),
        replace(STATEMENT, resources=(Resource(".", "1220" + "01" * 32, 5),)),
    ],
)
def test_a_statement_comes_back(statement: Statement) -> None:
    assert decode_statement(encode_statement(statement)) == statement


@pytest.mark.parametrize("size", [0, None])
def test_whatever_has_the_largest_size_has_no_more_values_than_are_read(size: int | None) -> None:
    one, two = (
        encode_statement(replace(STATEMENT, resources=tuple(shortest(number, size))))
        for number in (1, 2)
    )
    values = count_values(two) - count_values(one)
    assert MAX_PAYLOAD_SIZE // (len(two) - len(one)) * values < MAX_VALUES - 2 * MAX_LIST_LENGTH


def shortest(number: int, size: int | None) -> Iterator[Resource]:
    """Give files, each of which takes as little room as one can."""
    for name in "ab"[:number]:
        yield Resource(name, "1220" + "01" * 32, size)


def test_what_nobody_knows_is_bounded_by_its_values() -> None:
    document = json.loads(PAYLOAD)
    document["other"] = [0] * 400_000
    assert decode_statement(json.dumps(document).encode()) == STATEMENT
    document["other"] *= 2
    with pytest.raises(SignatureFileError, match="more than 500000 values that nobody here knows"):
        decode_statement(json.dumps(document).encode())


def test_a_statement_has_the_form_of_the_specification() -> None:
    document = json.loads(PAYLOAD)
    assert document["_type"] == "https://in-toto.io/Statement/v1"
    assert document["predicateType"] == "https://model_signing/signature/v1.0"
    assert serialization(document) == {
        "method": "files",
        "hash_type": "sha256",
        "allow_symlinks": False,
        "ignore_paths": ["model.sig"],
    }
    assert resources(document)[0] == {
        "name": "a/b", "algorithm": "sha256", "digest": "01" * 32, "size": 1
    }  # fmt: skip
    digests = b"".join(bytes([number]) * 32 for number in (1, 2, 3))
    assert document["subject"] == [
        {
            "name": "acme/digits",
            "digest": {
                "sha256": hashlib.sha256(digests).hexdigest(),
                "weightmark_artifact": "0a" * 32,
                "weightmark_manifest": "0b" * 32,
            },
        }
    ]


def test_files_are_sorted_by_the_components_of_their_names() -> None:
    names = ["a/b", "a-b", "a", "a/B", "a.b/c"]
    found = sorted_resources(Resource(name, "") for name in names)
    assert [each.name for each in found] == ["a", "a/B", "a/b", "a-b", "a.b/c"]


ACCEPTED: dict[str, Spoil] = {
    "an extra member": lambda each: each.update(extra={"a": [1]}),
    "an extra member of the predicate": lambda each: each["predicate"].update(extra=1),
    "an extra member of the serialization": lambda each: serialization(each).update(extra=1),
    "an extra member of a file": lambda each: resources(each)[0].update(extra=1),
    "an extra member of the subject": lambda each: each["subject"][0].update(uri="x"),
    "an extra digest": lambda each: each["subject"][0]["digest"].update(sha512="x"),
}


@pytest.mark.parametrize("spoil", ACCEPTED.values(), ids=ACCEPTED)
def test_extra_members_of_the_specification_s_objects_are_passed_by(spoil: Spoil) -> None:
    assert decode_statement(spoiled(PAYLOAD, spoil)) == STATEMENT


def test_the_reference_s_own_statements() -> None:
    def bare(document: dict[str, Any]) -> None:
        del document["predicate"]["weightmark"]
        del serialization(document)["ignore_paths"]
        digest = document["subject"][0]["digest"]
        del digest["weightmark_artifact"], digest["weightmark_manifest"]
        for each in resources(document):
            del each["size"]

    assert decode_statement(spoiled(PAYLOAD, bare)) == Statement(
        "acme/digits", tuple(replace(each, size=None) for each in STATEMENT.resources)
    )


def test_files_may_come_in_any_order() -> None:
    def reverse(document: dict[str, Any]) -> None:
        resources(document).reverse()
        rooted(document)

    found = decode_statement(spoiled(PAYLOAD, reverse))
    assert found.resources == STATEMENT.resources[::-1]


def test_blake3_is_read() -> None:
    def convert(document: dict[str, Any]) -> None:
        serialization(document)["hash_type"] = "blake3"
        for each in resources(document):
            each["algorithm"] = "blake3"

    found = decode_statement(spoiled(PAYLOAD, convert))
    assert found.algorithm is BLAKE3
    assert found.resources[0].digest == "1e20" + "01" * 32


def rename(name: str) -> Spoil:
    return lambda each: resources(each)[0].update(name=name)


REFUSED: dict[str, tuple[Spoil, str]] = {
    "another type": (lambda each: each.update(_type="x"), "_type"),
    "another predicate type": (
        lambda each: each.update(predicateType="https://model_signing/Digests/v0.1"),
        "predicateType",
    ),
    "no subject": (lambda each: each.update(subject=[]), "subject"),
    "two subjects": (lambda each: each["subject"].append(each["subject"][0]), "subject"),
    "a subject without a name": (lambda each: each["subject"][0].pop("name"), "name"),
    "a subject without a digest": (lambda each: each["subject"][0].pop("digest"), "digest"),
    "another root": (
        lambda each: each["subject"][0]["digest"].update(sha256="00" * 32),
        "does not follow from its files",
    ),
    "files in another order than their root": (
        lambda each: resources(each).reverse(),
        "does not follow from its files",
    ),
    "no files": (lambda each: each["predicate"].update(resources=[]), "resources"),
    "shards": (lambda each: serialization(each).update(method="shards"), "method"),
    "an unknown hash function": (lambda each: serialization(each).update(hash_type="md5"), "md5"),
    "another hash function than that of the files": (
        lambda each: serialization(each).update(hash_type="blake3"),
        "mixes hash functions",
    ),
    "no word on links": (lambda each: serialization(each).pop("allow_symlinks"), "allow_symlinks"),
    "a digest in capitals": (lambda each: resources(each)[0].update(digest="AB" * 32), "digest"),
    "a short digest": (lambda each: resources(each)[0].update(digest="01"), "digest"),
    "a file without a digest": (lambda each: resources(each)[0].pop("digest"), "digest"),
    "a negative size": (lambda each: resources(each)[0].update(size=-1), "size"),
    "a file twice": (rename("a-b"), "collides"),
    "a file that leads outside": (rename("../a"), "component"),
    "an absolute file": (rename("/etc/passwd"), "absolute"),
    "a file of no name among others": (rename("."), "component"),
    "a file that is left out": (
        lambda each: serialization(each).update(ignore_paths=["a/b"]),
        "both lists and leaves out 'a/b'",
    ),
    "a folder that is left out": (
        lambda each: serialization(each).update(ignore_paths=["./a/"]),
        "both lists and leaves out 'a/b'",
    ),
    "everything left out": (
        lambda each: serialization(each).update(ignore_paths=[""]),
        "both lists and leaves out",
    ),
    "an absolute path that is left out": (
        lambda each: serialization(each).update(ignore_paths=["/a"]),
        "absolute",
    ),
    "an unknown member of ours": (
        lambda each: each["predicate"]["weightmark"].update(x=1),
        "unknown field",
    ),
    "a key that is no base64": (
        lambda each: each["predicate"]["weightmark"].update(keys=["?"]),
        "not base64",
    ),
    "a time that is none": (
        lambda each: each["predicate"]["weightmark"].update(signed="yesterday"),
        "'yesterday' is not a time",
    ),
    "a malformed manifest hash": (
        lambda each: each["subject"][0]["digest"].update(weightmark_manifest="0x"),
        "weightmark_manifest",
    ),
}


@pytest.mark.parametrize(("spoil", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_statement(spoil: Spoil, reason: str) -> None:
    with pytest.raises(SignatureFileError, match=reason):
        decode_statement(spoiled(PAYLOAD, spoil))


@pytest.mark.parametrize(
    ("ignored", "left_out"),
    [
        (("a",), {"a", "a/b", "a/b/c"}),
        (("a/b", "a", "a-b", "a/b/c"), {"a", "a/b", "a/b/c", "a-b"}),
        (("./a//b/", "a/c"), {"a/b", "a/b/c"}),
        (("a/b/c/d", "ab/c", "b"), set()),
        (("a/", "."), {"a", "a-b", "a/b", "a/b/c", "ab"}),
        ((), set()),
    ],
)
def test_what_lies_under_a_path_that_is_left_out(
    ignored: tuple[str, ...], left_out: set[str]
) -> None:
    statement = replace(STATEMENT, ignored_paths=ignored)
    assert statement.leaves_out(("a", "a-b", "a/b", "a/b/c", "ab")) == left_out


def test_deep_paths_take_no_longer_than_flat_ones() -> None:
    # Looking at each folder above each file by itself would take half a minute here.
    deep = "a/" * 2000
    ignored = tuple(f"{deep}{number}" for number in range(500))
    files = [f"{deep}x{number}" for number in range(500)]
    statement = replace(STATEMENT, ignored_paths=ignored)
    assert statement.leaves_out([*files, f"{deep}7/b"]) == {f"{deep}7/b"}
