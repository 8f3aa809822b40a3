// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IModelRegistry} from "contracts/interfaces/IModelRegistry.sol";
import {ISignedStatements} from "contracts/interfaces/ISignedStatements.sol";
import {ReleaseId} from "contracts/types/Identifiers.sol";
import {Authorization, ReleaseStatement} from "contracts/types/Statements.sol";

import {RegistryTest} from "./utils/RegistryTest.sol";

contract RegisterForTest is RegistryTest {
    uint256 private constant DEADLINE = START + 1 hours;

    /// @dev The order of secp256k1: SEC 2, section 2.4.1.
    uint256 private constant CURVE_ORDER =
        0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;

    function testFuzz_AnybodySubmitsWhatThePublisherSigned(address submitter) public {
        ReleaseStatement memory statement = releaseStatement();
        Authorization memory authorization = authorize(PUBLISHER_KEY, statement, DEADLINE);
        vm.prank(submitter);
        ReleaseId releaseId = registry.registerFor(statement, authorization);

        vm.assertEq(raw(releaseId), raw(releaseIdOf(VERSION)));
        vm.assertEq(wordOf(releaseId).registeredAt(), START);
    }

    function test_StoresTheIndexOfADelegateThatSigned() public {
        uint32 index = addAuthority(other, DELEGATE, FOREVER);
        Authorization memory authorization = authorize(OTHER_KEY, releaseStatement(), DEADLINE);
        authorization.authorityIndex = index;
        ReleaseId releaseId = registry.registerFor(releaseStatement(), authorization);
        vm.assertEq(wordOf(releaseId).authorityIndex(), index);
    }

    function test_WhenItIsSubmittedTwice() public {
        Authorization memory authorization = authorize(PUBLISHER_KEY, releaseStatement(), DEADLINE);
        ReleaseId releaseId = registry.registerFor(releaseStatement(), authorization);
        expectRevert(IModelRegistry.VersionExists.selector, uint256(raw(releaseId)));
        registry.registerFor(releaseStatement(), authorization);
    }

    function test_AtTheDeadline() public {
        Authorization memory authorization = authorize(PUBLISHER_KEY, releaseStatement(), DEADLINE);
        vm.warp(DEADLINE);
        registry.registerFor(releaseStatement(), authorization);
        vm.assertEq(wordOf(releaseIdOf(VERSION)).registeredAt(), DEADLINE);
    }

    function testFuzz_AfterTheDeadline(uint40 deadline, uint40 late) public {
        uint256 time = uint256(deadline) + 1 + late;
        vm.warp(time);
        Authorization memory authorization = authorize(PUBLISHER_KEY, releaseStatement(), deadline);
        // Past the end of 40 bits no authority is valid any more, which is what is said first.
        vm.assume(time < FOREVER);
        expectRevert(ISignedStatements.DeadlineExpired.selector, deadline, time);
        registry.registerFor(releaseStatement(), authorization);
    }

    function test_WhenTheDeadlineIsMovedByTheSubmitter() public {
        Authorization memory authorization = authorize(PUBLISHER_KEY, releaseStatement(), DEADLINE);
        authorization.deadline = DEADLINE + 1;
        _refuse(releaseStatement(), authorization);
    }

    function test_WhenAnotherAccountSigned() public {
        Authorization memory authorization = authorize(OTHER_KEY, releaseStatement(), DEADLINE);
        authorization.signer = publisher;
        _refuse(releaseStatement(), authorization);
    }

    function test_WhenTheSignerIsAStranger() public {
        Authorization memory authorization = authorize(OTHER_KEY, releaseStatement(), DEADLINE);
        expectNotAuthorized(other, 0);
        registry.registerFor(releaseStatement(), authorization);
    }

    function testFuzz_WhenTheSignerIsNobody(uint32 index, bytes memory signature) public {
        ReleaseStatement memory statement = releaseStatement();
        Authorization memory nobody = Authorization(address(0), index, DEADLINE, signature);
        expectNotAuthorized(address(0), index);
        registry.registerFor(statement, nobody);
    }

    function test_WhenThePublisherIsNobody() public {
        ReleaseStatement memory statement = releaseStatement();
        statement.publisher = address(0);
        Authorization memory nobody = Authorization(address(0), 0, DEADLINE, new bytes(65));
        _refuse(statement, nobody);
    }

    /// @dev One field of the statement is changed after it was signed.
    function testFuzz_WhenTheStatementIsNotTheSignedOne(uint8 field, bytes32 salt) public {
        ReleaseStatement memory statement = releaseStatement();
        Authorization memory authorization = authorize(PUBLISHER_KEY, statement, DEADLINE);
        if (field % 6 == 0) statement.name = string(abi.encodePacked("a", salt));
        if (field % 6 == 1) statement.version = string(abi.encodePacked("1", salt));
        if (field % 6 == 2) statement.artifactRoot ^= keccak256(abi.encode(salt));
        if (field % 6 == 3) statement.manifestHash ^= keccak256(abi.encode(salt));
        if (field % 6 == 4) statement.manifestCid = abi.encodePacked(salt);
        if (field % 6 == 5) statement.expectedSequence = 1;
        _refuse(statement, authorization);
    }

    function test_WhenThePublisherIsNotTheSignedOne() public {
        addAuthority(other, OWNER, FOREVER);
        ReleaseStatement memory statement = releaseStatement();
        Authorization memory authorization = authorize(OTHER_KEY, statement, DEADLINE);
        statement.publisher = other;
        _refuse(statement, authorization);
    }

    function testFuzz_OnAnotherChain(uint64 chain) public {
        vm.assume(chain != 31337);
        Authorization memory authorization = authorize(PUBLISHER_KEY, releaseStatement(), DEADLINE);
        vm.chainId(chain);
        _refuse(releaseStatement(), authorization);
    }

    function test_AtAnotherContract() public {
        Authorization memory authorization = authorize(PUBLISHER_KEY, releaseStatement(), DEADLINE);
        registry = newRegistry();
        _refuse(releaseStatement(), authorization);
    }

    function test_WhenASignatureOfARevocationIsOffered() public {
        Authorization memory authorization =
            authorize(PUBLISHER_KEY, revocationStatement(WITHDRAWN), DEADLINE);
        _refuse(releaseStatement(), authorization);
    }

    function test_WhenTheSignatureIsTheMalleatedOne() public {
        ReleaseStatement memory statement = releaseStatement();
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(PUBLISHER_KEY, registry.releaseDigest(statement, DEADLINE));
        bytes32 highS = bytes32(CURVE_ORDER - uint256(s));
        bytes memory signature = abi.encodePacked(r, highS, v == 27 ? 28 : 27);
        _refuse(statement, Authorization(publisher, 0, DEADLINE, signature));
    }

    function testFuzz_WhenOneBitOfTheSignatureIsFlipped(uint256 bit) public {
        Authorization memory authorization = authorize(PUBLISHER_KEY, releaseStatement(), DEADLINE);
        bit = bit % (65 * 8);
        authorization.signature[bit / 8] ^= bytes1(0x80) >> (bit % 8);
        _refuse(releaseStatement(), authorization);
    }

    function testFuzz_WhenTheSignatureIsNoSignature(bytes memory signature) public {
        _refuse(releaseStatement(), Authorization(publisher, 0, DEADLINE, signature));
    }

    /// @dev EIP-7702 puts `0xef0100 ‖ address` where a plain account has no code.
    function test_AnAccountThatDelegatedToCodeStillSigns() public {
        ReleaseStatement memory statement = releaseStatement();
        Authorization memory authorization = authorize(PUBLISHER_KEY, statement, DEADLINE);
        vm.etch(publisher, abi.encodePacked(hex"ef0100", address(registry)));
        registry.registerFor(statement, authorization);
        vm.assertEq(wordOf(releaseIdOf(VERSION)).sequence(), 1);
    }

    function _refuse(ReleaseStatement memory statement, Authorization memory authorization)
        private
    {
        address signer = authorization.signer;
        expectRevert(ISignedStatements.InvalidSignature.selector, uint256(uint160(signer)));
        registry.registerFor(statement, authorization);
    }
}
