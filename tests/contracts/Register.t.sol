// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IContentAddressed} from "contracts/interfaces/IContentAddressed.sol";
import {IModelRegistry} from "contracts/interfaces/IModelRegistry.sol";
import {ReleaseId} from "contracts/types/Identifiers.sol";
import {ReleaseWord, newRelease} from "contracts/types/ReleaseWord.sol";
import {ReleaseStatement} from "contracts/types/Statements.sol";

import {RegistryTest} from "./utils/RegistryTest.sol";

contract RegisterTest is RegistryTest {
    function test_ReturnsTheReleaseId() public {
        vm.assertEq(raw(register()), keccak256(abi.encode(publisher, NAME, VERSION)));
    }

    function test_StoresCommitmentAndWord() public {
        (bytes32 commitment, ReleaseWord word) = registry.release(register());

        vm.assertEq(commitment, commitmentOf(ROOT, MANIFEST_HASH));
        vm.assertEq(word.registeredAt(), START);
        vm.assertEq(word.sequence(), 1);
        vm.assertEq(word.status(), 1);
        vm.assertEq(word.reason(), 0);
        vm.assertEq(word.statusAt(), START);
        vm.assertEq(word.authorityIndex(), 0);
    }

    function test_EmitsReleaseRegistered() public {
        ReleaseStatement memory statement = releaseStatement();
        vm.expectEmit(address(registry));
        emit IModelRegistry.ReleaseRegistered(
            modelId(),
            publisher,
            ROOT,
            releaseIdOf(VERSION),
            MANIFEST_HASH,
            newRelease(START, 1, 0),
            NAME,
            VERSION,
            statement.manifestCid
        );
        vm.prank(publisher);
        registry.register(statement, 0);
    }

    function testFuzz_StoresWhatTheStatementSays(
        bytes32 artifactRoot,
        bytes32 manifestHash,
        uint40 time
    ) public {
        vm.assume(time > 0 && time < FOREVER);
        vm.warp(time);
        ReleaseStatement memory statement = releaseStatement();
        (statement.artifactRoot, statement.manifestHash) = (artifactRoot, manifestHash);
        vm.prank(publisher);
        (bytes32 commitment, ReleaseWord word) = registry.release(registry.register(statement, 0));

        vm.assertEq(commitment, commitmentOf(artifactRoot, manifestHash));
        vm.assertEq(raw(word), raw(newRelease(time, 1, 0)));
    }

    function test_WhenTheVersionExists() public {
        ReleaseId releaseId = register();
        expectRevert(IModelRegistry.VersionExists.selector, uint256(raw(releaseId)));
        register();
    }

    function test_WhenTheVersionWasRevoked() public {
        ReleaseId releaseId = register();
        revoke(WITHDRAWN);
        expectRevert(IModelRegistry.VersionExists.selector, uint256(raw(releaseId)));
        register();
    }

    function testFuzz_WhenTheVersionIsATombstone(uint8 reason) public {
        vm.assume(reason >= WITHDRAWN && reason <= SUPERSEDED);
        revoke(reason);
        expectAlreadyRevoked(releaseIdOf(VERSION), reason);
        register();
    }

    function testFuzz_WhenTheSenderIsAStranger(address stranger, uint32 index) public {
        vm.assume(stranger != publisher && stranger != address(0));
        expectNotAuthorized(stranger, index);
        vm.prank(stranger);
        registry.register(releaseStatement(), index);
    }

    function testFuzz_WhenTheIndexIsUnwritten(uint32 index) public {
        vm.assume(index > 0);
        expectNotAuthorized(publisher, index);
        vm.prank(publisher);
        registry.register(releaseStatement(), index);
    }

    function test_PublishersDoNotShareNames() public {
        ReleaseId mine = register();
        ReleaseStatement memory statement = releaseStatement();
        statement.publisher = other;
        vm.prank(other);
        ReleaseId theirs = registry.register(statement, 0);

        vm.assertNotEq(raw(mine), raw(theirs));
        vm.assertEq(wordOf(theirs).sequence(), 1);
    }

    function test_AcceptsTheLongestNameVersionAndCid() public {
        ReleaseStatement memory statement = releaseStatement(text(64));
        statement.name = text(128);
        statement.manifestCid = new bytes(64);
        vm.prank(publisher);
        vm.assertEq(wordOf(registry.register(statement, 0)).sequence(), 1);
    }

    function test_WhenTheNameIsEmptyOrTooLong() public {
        ReleaseStatement memory statement = releaseStatement();
        statement.name = "";
        _refuse(statement, IModelRegistry.InvalidNameLength.selector, 0);
        statement.name = text(129);
        _refuse(statement, IModelRegistry.InvalidNameLength.selector, 129);
    }

    function test_WhenTheVersionIsEmptyOrTooLong() public {
        _refuse(releaseStatement(""), IModelRegistry.InvalidVersionLength.selector, 0);
        _refuse(releaseStatement(text(65)), IModelRegistry.InvalidVersionLength.selector, 65);
    }

    function test_WhenTheCidIsTooLong() public {
        ReleaseStatement memory statement = releaseStatement();
        statement.manifestCid = new bytes(65);
        _refuse(statement, IContentAddressed.InvalidCidLength.selector, 65);
    }

    function testFuzz_WhenAnotherSequenceIsExpected(uint40 expected) public {
        vm.assume(expected > 0 && expected != 2);
        register();
        ReleaseStatement memory statement = releaseStatement("1.0.1");
        statement.expectedSequence = expected;
        expectRevert(IModelRegistry.SequenceMismatch.selector, expected, 2);
        vm.prank(publisher);
        registry.register(statement, 0);
    }

    function test_WhenTheExpectedSequenceIsRight() public {
        register();
        ReleaseStatement memory statement = releaseStatement("1.0.1");
        statement.expectedSequence = 2;
        vm.prank(publisher);
        vm.assertEq(wordOf(registry.register(statement, 0)).sequence(), 2);
    }

    function _refuse(ReleaseStatement memory statement, bytes4 selector, uint256 value) private {
        expectRevert(selector, value);
        vm.prank(publisher);
        registry.register(statement, 0);
    }
}
