// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";

/// @title How an artifact's files lead to the one content word that a release stores.
library Artifacts {
    bytes32 internal constant COMMITMENT_TYPEHASH =
        keccak256("Commitment(bytes32 artifactRoot,bytes32 manifestHash)");

    /// @notice Returns the content word of a release.
    function commitment(bytes32 artifactRoot, bytes32 manifestHash)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(COMMITMENT_TYPEHASH, artifactRoot, manifestHash));
    }

    /// @notice Returns the leaf of one file, as OpenZeppelin's StandardMerkleTree makes it from the
    /// types `string`, `uint64` and `bytes`: hashed twice, so that no inner node passes for a leaf.
    function leaf(string calldata path, uint64 size, bytes calldata digest)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(bytes.concat(keccak256(abi.encode(path, size, digest))));
    }

    /// @notice Returns the artifact root to which a proof leads a leaf.
    function root(bytes32 leafHash, bytes32[] calldata proof) internal pure returns (bytes32) {
        return MerkleProof.processProofCalldata(proof, leafHash);
    }
}
