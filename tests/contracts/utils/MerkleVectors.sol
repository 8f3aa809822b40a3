// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Vm} from "./Vm.sol";

/// @dev One file of a case of `tests/vectors/merkle.json`.
struct FileVector {
    string path;
    uint64 size;
    bytes digest;
    bytes32 leaf;
    bytes32[] proof;
}

/// @dev Reads `tests/vectors/merkle.json`, which npm's `@openzeppelin/merkle-tree` made.
library MerkleVectors {
    function read(Vm vm) internal view returns (string memory) {
        return vm.readFile("tests/vectors/merkle.json");
    }

    function caseCount(Vm vm, string memory json) internal view returns (uint256 count) {
        while (vm.keyExistsJson(json, caseKey(vm, count, ""))) {
            count++;
        }
    }

    function fileCount(Vm vm, string memory json, uint256 caseIndex)
        internal
        view
        returns (uint256 count)
    {
        while (vm.keyExistsJson(json, caseKey(vm, caseIndex, entry(vm, ".files", count)))) {
            count++;
        }
    }

    function root(Vm vm, string memory json, uint256 caseIndex) internal pure returns (bytes32) {
        return vm.parseJsonBytes32(json, caseKey(vm, caseIndex, ".root"));
    }

    function file(Vm vm, string memory json, uint256 caseIndex, uint256 index)
        internal
        pure
        returns (FileVector memory vector)
    {
        string memory key = caseKey(vm, caseIndex, entry(vm, ".files", index));
        string memory digest = vm.parseJsonString(json, string.concat(key, ".digest"));
        vector.path = vm.parseJsonString(json, string.concat(key, ".path"));
        vector.size = uint64(vm.parseJsonUint(json, string.concat(key, ".size")));
        vector.digest = vm.parseBytes(string.concat("0x", digest));
        key = caseKey(vm, caseIndex, entry(vm, ".leaves", index));
        vector.leaf = vm.parseJsonBytes32(json, key);
        key = caseKey(vm, caseIndex, entry(vm, ".proofs", index));
        vector.proof = vm.parseJsonBytes32Array(json, key);
    }

    function caseKey(Vm vm, uint256 caseIndex, string memory rest)
        internal
        pure
        returns (string memory)
    {
        return string.concat(entry(vm, ".cases", caseIndex), rest);
    }

    function entry(Vm vm, string memory list, uint256 index) internal pure returns (string memory) {
        return string.concat(list, "[", vm.toString(index), "]");
    }
}
