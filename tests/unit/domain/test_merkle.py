"""The artifact root; eth_abi and npm's @openzeppelin/merkle-tree are the witnesses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from eth_abi.abi import encode as abi_encode
from eth_utils.crypto import keccak
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.unit.domain.strategies import digests, file_entries, hashes, paths, sizes
from weightmark.domain.digests import Digest, DigestAlgorithm
from weightmark.domain.manifest import FileEntry
from weightmark.domain.merkle import MerkleTree, leaf_hash, root_from_proof
from weightmark.errors import ArtifactError

VECTORS = Path(__file__).parents[2] / "vectors/merkle.json"
CASES: list[dict[str, Any]] = json.loads(VECTORS.read_text())["cases"]
leaf_lists = st.lists(hashes, min_size=1, max_size=40)


def root_of(entries: tuple[FileEntry, ...]) -> bytes:
    return MerkleTree.of(entry.leaf for entry in entries).root


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_the_npm_package_agrees(case: dict[str, Any]) -> None:
    leaves = [FileEntry(**each).leaf for each in case["files"]]
    tree = MerkleTree.of(leaves)
    assert [f"0x{leaf.hex()}" for leaf in leaves] == case["leaves"]
    assert f"0x{tree.root.hex()}" == case["root"]
    proofs = [[f"0x{each.hex()}" for each in tree.proof(leaf)] for leaf in leaves]
    assert proofs == case["proofs"]


@given(st.text(), st.integers(0, 2**64 - 1), digests)
def test_leaves_are_double_hashes_of_the_abi_encoding(path: str, size: int, digest: Digest) -> None:
    encoded = abi_encode(["string", "uint64", "bytes"], [path, size, digest.multihash])
    assert leaf_hash(path, size, digest.multihash) == keccak(keccak(encoded))


@given(leaf_lists, st.data())
def test_the_order_of_leaves_makes_no_difference(leaves: list[bytes], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(leaves))
    assert MerkleTree.of(shuffled) == MerkleTree.of(leaves)


@given(leaf_lists)
def test_every_proof_leads_to_the_root(leaves: list[bytes]) -> None:
    tree = MerkleTree.of(leaves)
    assert {root_from_proof(leaf, tree.proof(leaf)) for leaf in leaves} == {tree.root}


@given(leaf_lists, hashes)
def test_no_proof_leads_another_leaf_to_the_root(leaves: list[bytes], other: bytes) -> None:
    assume(other not in leaves)
    tree = MerkleTree.of(leaves)
    assert all(root_from_proof(other, tree.proof(leaf)) != tree.root for leaf in leaves)


@given(leaf_lists, st.data())
def test_a_spoiled_proof_does_not_lead_to_the_root(
    leaves: list[bytes], data: st.DataObject
) -> None:
    tree = MerkleTree.of(leaves)
    leaf = data.draw(st.sampled_from(leaves))
    proof = list(tree.proof(leaf))
    assume(proof)
    position = data.draw(st.integers(0, len(proof) - 1))
    spoiled = bytearray(proof[position])
    spoiled[data.draw(st.integers(0, 31))] ^= 1 << data.draw(st.integers(0, 7))
    proof[position] = bytes(spoiled)
    assert root_from_proof(leaf, proof) != tree.root


@given(file_entries(DigestAlgorithm.SHA2_256), st.data())
def test_any_one_change_of_a_file_changes_the_root(
    entries: tuple[FileEntry, ...], data: st.DataObject
) -> None:
    position = data.draw(st.integers(0, len(entries) - 1))
    values = {"path": paths, "size": sizes, "digest": digests.map(lambda each: each.hex)}
    member = data.draw(st.sampled_from(sorted(values)))
    changed = replace(entries[position], **{member: data.draw(values[member])})
    assume(changed not in entries)
    others = (*entries[:position], changed, *entries[position + 1 :])
    assert root_of(others) != root_of(entries)


@given(file_entries(DigestAlgorithm.BLAKE3))
def test_a_file_more_or_less_changes_the_root(entries: tuple[FileEntry, ...]) -> None:
    assume(len(entries) > 1)
    assert root_of(entries[1:]) != root_of(entries)
    assert root_of((*entries, entries[0])) != root_of(entries)


def test_swapped_contents_change_the_root() -> None:
    one, other = (Digest(DigestAlgorithm.SHA2_256, bytes([each]) * 32).hex for each in (1, 2))
    before = (FileEntry("a", 1, one), FileEntry("b", 1, other))
    after = (FileEntry("a", 1, other), FileEntry("b", 1, one))
    assert root_of(before) != root_of(after)


def test_the_algorithm_is_a_part_of_the_leaf() -> None:
    leaves = {leaf_hash("a", 1, Digest(each, b"\1" * 32).multihash) for each in DigestAlgorithm}
    assert len(leaves) == 2


def test_no_leaves_are_refused() -> None:
    with pytest.raises(ArtifactError, match="holds no files"):
        MerkleTree.of([])


def test_a_leaf_that_is_not_there_has_no_proof() -> None:
    tree = MerkleTree.of([b"\1" * 32, b"\2" * 32])
    for stranger in (b"\3" * 32, tree.root):
        with pytest.raises(ArtifactError, match="not in the artifact"):
            tree.proof(stranger)
