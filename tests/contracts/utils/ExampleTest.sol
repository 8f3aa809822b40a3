// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {ReleaseFile} from "contracts/libraries/TrustedReleases.sol";
import {ReleaseStatement} from "contracts/types/Statements.sol";

import {FileVector, MerkleVectors} from "./MerkleVectors.sol";
import {RegistryTest} from "./RegistryTest.sol";

/// @dev What every test of a consumer starts from: a registered release, and a file of it.
abstract contract ExampleTest is RegistryTest {
    /// @dev The case `thirteen files`, and a file of it with a long proof.
    uint256 internal constant CASE = 8;
    uint256 internal constant FILE = 6;

    bytes32 internal artifactRoot;
    FileVector private _vector;

    function setUp() public virtual override {
        super.setUp();
        string memory json = MerkleVectors.read(vm);
        artifactRoot = MerkleVectors.root(vm, json, CASE);
        _vector = MerkleVectors.file(vm, json, CASE, FILE);
    }

    function releaseFile() internal view returns (ReleaseFile memory) {
        return releaseFile(NAME, VERSION);
    }

    function releaseFile(string memory name, string memory version)
        internal
        view
        returns (ReleaseFile memory)
    {
        FileVector memory vector = _vector;
        return ReleaseFile({
            name: name,
            version: version,
            manifestHash: MANIFEST_HASH,
            path: vector.path,
            size: vector.size,
            digest: vector.digest,
            proof: vector.proof
        });
    }

    /// @dev Registers the same files under a name, by an authority of a publisher.
    function registerFiles(
        address owner,
        string memory name,
        string memory version,
        address authority,
        uint32 index
    ) internal {
        ReleaseStatement memory statement = releaseStatement(version);
        (statement.publisher, statement.name) = (owner, name);
        statement.artifactRoot = artifactRoot;
        vm.prank(authority);
        registry.register(statement, index);
    }

    function registerFiles() internal {
        registerFiles(publisher, NAME, VERSION, publisher, 0);
    }

    /// @dev Changes one bit of what binds a file to its release: hash, size, digest, proof, path.
    function flipped(ReleaseFile memory file, uint256 bit)
        internal
        pure
        returns (ReleaseFile memory)
    {
        uint256 part = bit % 5;
        bit = bit / 5;
        if (part == 0) file.manifestHash ^= bytes32(uint256(1) << (bit % 256));
        if (part == 1) file.size ^= uint64(1) << uint64(bit % 64);
        if (part == 2) _flip(file.digest, bit);
        if (part == 3) file.proof[bit % file.proof.length] ^= bytes32(uint256(1) << (bit % 256));
        if (part == 4) _flip(bytes(file.path), bit);
        return file;
    }

    function _flip(bytes memory data, uint256 bit) private pure {
        data[bit / 8 % data.length] ^= bytes1(uint8(1) << uint8(bit % 8));
    }
}
