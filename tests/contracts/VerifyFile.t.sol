// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {ReleaseStatement} from "contracts/types/Statements.sol";

import {FileVector, MerkleVectors} from "./utils/MerkleVectors.sol";
import {RegistryTest} from "./utils/RegistryTest.sol";

contract VerifyFileTest is RegistryTest {
    /// @dev The case `thirteen files`, and a file of it with a long proof.
    uint256 private constant CASE = 8;
    uint256 private constant FILE = 6;

    string private _json;
    FileVector private _file;

    function setUp() public override {
        super.setUp();
        _json = MerkleVectors.read(vm);
        _file = MerkleVectors.file(vm, _json, CASE, FILE);
    }

    function test_EveryFileOfEveryVector() public {
        uint256 count = MerkleVectors.caseCount(vm, _json);
        vm.assertEq(count, 9);
        for (uint256 i = 0; i < count; i++) {
            string memory version = vm.toString(i);
            _registerRoot(version, MerkleVectors.root(vm, _json, i), 0);
            uint256 files = MerkleVectors.fileCount(vm, _json, i);
            vm.assertTrue(files > 0);
            for (uint256 j = 0; j < files; j++) {
                FileVector memory file = MerkleVectors.file(vm, _json, i, j);
                vm.assertEq(keccak256(_encodedLeaf(file)), file.leaf);
                vm.assertTrue(_verify(version, file), file.path);
            }
        }
    }

    function test_NotAFileOfAnotherRelease() public {
        _registerCase();
        _registerRoot("other", MerkleVectors.root(vm, _json, 0), 0);
        vm.assertFalse(_verify("other", _file));
    }

    function testFuzz_NotAnotherPath(string memory path) public {
        vm.assume(keccak256(bytes(path)) != keccak256(bytes(_file.path)));
        _registerCase();
        FileVector memory file = _file;
        file.path = path;
        vm.assertFalse(_verify(VERSION, file));
    }

    function testFuzz_NotAnotherSize(uint64 size) public {
        vm.assume(size != _file.size);
        _registerCase();
        FileVector memory file = _file;
        file.size = size;
        vm.assertFalse(_verify(VERSION, file));
    }

    function testFuzz_NotAnotherBitOfTheDigest(uint256 bit) public {
        _registerCase();
        FileVector memory file = _file;
        bit = bit % (file.digest.length * 8);
        file.digest[bit / 8] ^= bytes1(0x80) >> (bit % 8);
        vm.assertFalse(_verify(VERSION, file));
    }

    function testFuzz_NotAnotherBitOfTheProof(uint256 bit) public {
        _registerCase();
        FileVector memory file = _file;
        bit = bit % (file.proof.length * 256);
        file.proof[bit / 256] ^= bytes32(uint256(1)) << (bit % 256);
        vm.assertFalse(_verify(VERSION, file));
    }

    function test_NotAShorterOrLongerProof() public {
        _registerCase();
        FileVector memory file = _file;
        uint256 length = file.proof.length;
        file.proof = new bytes32[](length - 1);
        for (uint256 i = 0; i < length - 1; i++) {
            file.proof[i] = _file.proof[i];
        }
        vm.assertFalse(_verify(VERSION, file));
        file.proof = new bytes32[](length + 1);
        for (uint256 i = 0; i < length; i++) {
            file.proof[i] = _file.proof[i];
        }
        vm.assertFalse(_verify(VERSION, file));
    }

    function test_NotWithoutAProof() public {
        _registerCase();
        FileVector memory file = _file;
        file.proof = new bytes32[](0);
        vm.assertFalse(_verify(VERSION, file));
    }

    function testFuzz_NotAnotherManifest(bytes32 manifestHash) public {
        vm.assume(manifestHash != MANIFEST_HASH);
        _registerCase();
        vm.assertFalse(_verify(publisher, NAME, VERSION, manifestHash, _file));
    }

    function testFuzz_NotAnotherNameVersionOrPublisher(string memory text) public {
        bytes32 hash = keccak256(bytes(text));
        vm.assume(hash != keccak256(bytes(NAME)) && hash != keccak256(bytes(VERSION)));
        _registerCase();
        vm.assertFalse(_verify(publisher, text, VERSION, MANIFEST_HASH, _file));
        vm.assertFalse(_verify(publisher, NAME, text, MANIFEST_HASH, _file));
        vm.assertFalse(_verify(other, NAME, VERSION, MANIFEST_HASH, _file));
    }

    function test_NotBeforeItIsRegistered() public view {
        vm.assertFalse(_verify(VERSION, _file));
    }

    function testFuzz_NotOnceItIsRevoked(uint8 reason) public {
        _registerCase();
        revoke(uint8(WITHDRAWN + reason % 4));
        vm.assertFalse(_verify(VERSION, _file));
    }

    function test_NotUnderATombstone() public {
        revoke(WITHDRAWN);
        vm.assertFalse(_verify(VERSION, _file));
    }

    function test_StillWhenItsDelegateEndedLater() public {
        uint32 index = addAuthority(other, DELEGATE, FOREVER);
        _registerByDelegate(index);
        endAuthority(index, START + 1);
        vm.assertTrue(_verify(VERSION, _file));
        vm.warp(START + YEAR);
        vm.assertTrue(_verify(VERSION, _file));
    }

    function testFuzz_NotWhenItsDelegateIsDistrustedSinceThen(uint40 until) public {
        until = until % (START + 1);
        uint32 index = addAuthority(other, DELEGATE, FOREVER);
        _registerByDelegate(index);
        vm.assertTrue(_verify(VERSION, _file));
        endAuthority(index, until);
        vm.assertFalse(_verify(VERSION, _file));
    }

    function test_StillWhenTheIdentityEndedLater() public {
        _registerCase();
        endAuthority(0, START + 1);
        vm.assertTrue(_verify(VERSION, _file));
    }

    function test_DistrustOfTheIdentityReachesBack() public {
        _registerCase();
        endAuthority(0, START);
        vm.assertFalse(_verify(VERSION, _file));
    }

    function test_EarlierReleasesSurviveDistrust() public {
        _registerRoot("early", MerkleVectors.root(vm, _json, CASE), 0);
        vm.warp(START + 100);
        _registerRoot("late", MerkleVectors.root(vm, _json, CASE), 0);
        endAuthority(0, START + 50);
        vm.assertTrue(_verify("early", _file));
        vm.assertFalse(_verify("late", _file));
    }

    function _registerCase() private {
        _registerRoot(VERSION, MerkleVectors.root(vm, _json, CASE), 0);
    }

    function _registerRoot(string memory version, bytes32 root, uint32 index) private {
        ReleaseStatement memory statement = releaseStatement(version);
        statement.artifactRoot = root;
        vm.prank(publisher);
        registry.register(statement, index);
    }

    function _registerByDelegate(uint32 index) private {
        ReleaseStatement memory statement = releaseStatement();
        statement.artifactRoot = MerkleVectors.root(vm, _json, CASE);
        vm.prank(other);
        registry.register(statement, index);
    }

    function _verify(string memory version, FileVector memory file) private view returns (bool) {
        return _verify(publisher, NAME, version, MANIFEST_HASH, file);
    }

    function _verify(
        address owner,
        string memory name,
        string memory version,
        bytes32 manifestHash,
        FileVector memory file
    ) private view returns (bool) {
        return registry.verifyFile(
            owner, name, version, manifestHash, file.path, file.size, file.digest, file.proof
        );
    }

    function _encodedLeaf(FileVector memory file) private pure returns (bytes memory) {
        return abi.encodePacked(keccak256(abi.encode(file.path, file.size, file.digest)));
    }
}
