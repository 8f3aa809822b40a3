// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IModelRegistry} from "contracts/interfaces/IModelRegistry.sol";
import {ReleaseId} from "contracts/types/Identifiers.sol";
import {ReleaseWord} from "contracts/types/ReleaseWord.sol";
import {RevocationStatement} from "contracts/types/Statements.sol";

import {RegistryTest} from "./utils/RegistryTest.sol";

contract RevokeTest is RegistryTest {
    function testFuzz_ChangesStatusReasonAndTimeOnly(uint8 reason, uint32 later) public {
        reason = uint8(WITHDRAWN + reason % 4);
        ReleaseId releaseId = register();
        vm.warp(START + later);
        revoke(reason);
        (bytes32 commitment, ReleaseWord word) = registry.release(releaseId);

        vm.assertEq(commitment, commitmentOf(ROOT, MANIFEST_HASH));
        vm.assertEq(word.status(), 2);
        vm.assertEq(word.reason(), reason);
        vm.assertEq(word.statusAt(), START + later);
        vm.assertEq(word.registeredAt(), START);
        vm.assertEq(word.sequence(), 1);
        vm.assertEq(word.authorityIndex(), 0);
    }

    function test_EmitsReleaseRevoked() public {
        register();
        RevocationStatement memory statement = revocationStatement(SUPERSEDED);
        statement.successor = raw(releaseIdOf("2.0.0"));
        vm.expectEmit(address(registry));
        emit IModelRegistry.ReleaseRevoked(
            modelId(), publisher, releaseIdOf(VERSION), SUPERSEDED, statement.successor
        );
        vm.prank(publisher);
        registry.revoke(statement, 0);
    }

    function testFuzz_WritesATombstoneWhereNothingWasRegistered(uint8 reason) public {
        reason = uint8(WITHDRAWN + reason % 4);
        revoke(reason);
        (bytes32 commitment, ReleaseWord word) = registry.release(releaseIdOf(VERSION));

        vm.assertEq(commitment, 0);
        vm.assertEq(word.status(), 2);
        vm.assertEq(word.reason(), reason);
        vm.assertEq(word.statusAt(), START);
        vm.assertEq(word.registeredAt(), 0);
        vm.assertEq(word.sequence(), 0);
    }

    function test_LeavesTheHead() public {
        register();
        uint256 head = raw(registry.head(modelId()));
        revoke(COMPROMISED);
        vm.assertEq(raw(registry.head(modelId())), head);
    }

    function testFuzz_SupersededIsRaised(uint8 reason) public {
        reason = uint8(WITHDRAWN + reason % 3);
        ReleaseId releaseId = register();
        revoke(SUPERSEDED);
        vm.warp(START + YEAR);
        revoke(reason);

        vm.assertEq(wordOf(releaseId).reason(), reason);
        vm.assertEq(wordOf(releaseId).statusAt(), START + YEAR);
        vm.assertEq(wordOf(releaseId).registeredAt(), START);
    }

    function test_WhenSupersededIsSaidTwice() public {
        ReleaseId releaseId = register();
        revoke(SUPERSEDED);
        expectAlreadyRevoked(releaseId, SUPERSEDED);
        revoke(SUPERSEDED);
    }

    function testFuzz_WhenTheReasonIsFinal(uint8 first, uint8 second) public {
        (first, second) = (uint8(WITHDRAWN + first % 3), uint8(WITHDRAWN + second % 4));
        ReleaseId releaseId = register();
        revoke(first);
        expectAlreadyRevoked(releaseId, first);
        revoke(second);
    }

    function testFuzz_WhenATombstoneIsFinal(uint8 first, uint8 second) public {
        (first, second) = (uint8(WITHDRAWN + first % 3), uint8(WITHDRAWN + second % 4));
        revoke(first);
        expectAlreadyRevoked(releaseIdOf(VERSION), first);
        revoke(second);
    }

    function testFuzz_WhenThereIsNoSuchReason(uint8 reason) public {
        vm.assume(reason == 0 || reason > SUPERSEDED);
        register();
        expectRevert(IModelRegistry.InvalidReason.selector, reason);
        revoke(reason);
    }

    function testFuzz_WhenASuccessorComesWithAnotherReason(uint8 reason, bytes32 successor) public {
        vm.assume(successor != 0);
        RevocationStatement memory statement = revocationStatement(uint8(WITHDRAWN + reason % 3));
        statement.successor = successor;
        _refuse(statement, IModelRegistry.InvalidSuccessor.selector, uint256(successor));
    }

    function test_WhenTheNameIsEmptyOrTooLong() public {
        RevocationStatement memory statement = revocationStatement(WITHDRAWN);
        statement.name = "";
        _refuse(statement, IModelRegistry.InvalidNameLength.selector, 0);
        statement.name = text(129);
        _refuse(statement, IModelRegistry.InvalidNameLength.selector, 129);
    }

    function test_WhenTheVersionIsEmptyOrTooLong() public {
        RevocationStatement memory statement = revocationStatement(WITHDRAWN);
        statement.version = "";
        _refuse(statement, IModelRegistry.InvalidVersionLength.selector, 0);
        statement.version = text(65);
        _refuse(statement, IModelRegistry.InvalidVersionLength.selector, 65);
    }

    function testFuzz_WhenTheSenderIsAStranger(address stranger, uint32 index) public {
        vm.assume(stranger != publisher && stranger != address(0));
        register();
        expectNotAuthorized(stranger, index);
        vm.prank(stranger);
        registry.revoke(revocationStatement(WITHDRAWN), index);
    }

    function test_WhenTheSenderIsADelegate() public {
        register();
        uint32 index = addAuthority(other, DELEGATE, FOREVER);
        expectNotAuthorized(other, index);
        vm.prank(other);
        registry.revoke(revocationStatement(WITHDRAWN), index);
    }

    function test_AnotherOwnerRevokes() public {
        ReleaseId releaseId = register();
        uint32 index = addAuthority(other, OWNER, FOREVER);
        vm.prank(other);
        registry.revoke(revocationStatement(WITHDRAWN), index);
        vm.assertEq(wordOf(releaseId).reason(), WITHDRAWN);
        vm.assertEq(wordOf(releaseId).authorityIndex(), 0);
    }

    function _refuse(RevocationStatement memory statement, bytes4 selector, uint256 value) private {
        expectRevert(selector, value);
        vm.prank(publisher);
        registry.revoke(statement, 0);
    }
}
