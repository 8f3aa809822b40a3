// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IModelRegistry} from "contracts/interfaces/IModelRegistry.sol";
import {ISignedStatements} from "contracts/interfaces/ISignedStatements.sol";
import {Authorization, RevocationStatement} from "contracts/types/Statements.sol";

import {RegistryTest} from "./utils/RegistryTest.sol";

contract RevokeForTest is RegistryTest {
    uint256 private constant DEADLINE = START + 1 hours;

    RevocationStatement private _statement;

    function setUp() public override {
        super.setUp();
        register();
        _statement = revocationStatement(SUPERSEDED);
    }

    function testFuzz_AnybodySubmitsWhatTheOwnerSigned(address submitter) public {
        Authorization memory authorization = authorize(PUBLISHER_KEY, _statement, DEADLINE);
        vm.prank(submitter);
        registry.revokeFor(_statement, authorization);
        vm.assertEq(wordOf(releaseIdOf(VERSION)).reason(), SUPERSEDED);
    }

    function test_WhenItIsSubmittedTwice() public {
        Authorization memory authorization = authorize(PUBLISHER_KEY, _statement, DEADLINE);
        registry.revokeFor(_statement, authorization);
        expectAlreadyRevoked(releaseIdOf(VERSION), SUPERSEDED);
        registry.revokeFor(_statement, authorization);
    }

    /// @dev A signed `superseded` that comes late takes nothing back.
    function test_WhenItComesAfterAGraverReason() public {
        Authorization memory authorization = authorize(PUBLISHER_KEY, _statement, DEADLINE);
        revoke(COMPROMISED);
        expectAlreadyRevoked(releaseIdOf(VERSION), COMPROMISED);
        registry.revokeFor(_statement, authorization);
    }

    function test_AtTheDeadline() public {
        Authorization memory authorization = authorize(PUBLISHER_KEY, _statement, DEADLINE);
        vm.warp(DEADLINE);
        registry.revokeFor(_statement, authorization);
        vm.assertEq(wordOf(releaseIdOf(VERSION)).statusAt(), DEADLINE);
    }

    function test_AfterTheDeadline() public {
        Authorization memory authorization = authorize(PUBLISHER_KEY, _statement, DEADLINE);
        vm.warp(DEADLINE + 1);
        expectRevert(ISignedStatements.DeadlineExpired.selector, DEADLINE, DEADLINE + 1);
        registry.revokeFor(_statement, authorization);
    }

    function test_WhenADelegateSigned() public {
        uint32 index = addAuthority(other, DELEGATE, FOREVER);
        Authorization memory authorization = authorize(OTHER_KEY, _statement, DEADLINE);
        authorization.authorityIndex = index;
        expectNotAuthorized(other, index);
        registry.revokeFor(_statement, authorization);
    }

    function test_WhenAnotherAccountSigned() public {
        Authorization memory authorization = authorize(OTHER_KEY, _statement, DEADLINE);
        authorization.signer = publisher;
        _refuse(_statement, authorization);
    }

    /// @dev One field of the statement is changed after it was signed.
    function testFuzz_WhenTheStatementIsNotTheSignedOne(uint8 field, bytes32 salt) public {
        Authorization memory authorization = authorize(PUBLISHER_KEY, _statement, DEADLINE);
        RevocationStatement memory changed = _statement;
        if (field % 4 == 0) changed.name = string(abi.encodePacked("a", salt));
        if (field % 4 == 1) changed.version = string(abi.encodePacked("1", salt));
        if (field % 4 == 2) changed.reason = COMPROMISED;
        if (field % 4 == 3) changed.successor = keccak256(abi.encode(salt));
        _refuse(changed, authorization);
    }

    function testFuzz_OnAnotherChain(uint64 chain) public {
        vm.assume(chain != 31337);
        Authorization memory authorization = authorize(PUBLISHER_KEY, _statement, DEADLINE);
        vm.chainId(chain);
        _refuse(_statement, authorization);
    }

    function test_AtAnotherContract() public {
        Authorization memory authorization = authorize(PUBLISHER_KEY, _statement, DEADLINE);
        registry = newRegistry();
        _refuse(_statement, authorization);
    }

    function test_WhenASignatureOfAReleaseIsOffered() public {
        Authorization memory authorization = authorize(PUBLISHER_KEY, releaseStatement(), DEADLINE);
        _refuse(_statement, authorization);
    }

    function _refuse(RevocationStatement memory statement, Authorization memory authorization)
        private
    {
        address signer = authorization.signer;
        expectRevert(ISignedStatements.InvalidSignature.selector, uint256(uint160(signer)));
        registry.revokeFor(statement, authorization);
    }
}
