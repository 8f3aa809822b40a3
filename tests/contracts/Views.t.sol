// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {newAuthority} from "contracts/types/AuthorityWord.sol";
import {ReleaseId} from "contracts/types/Identifiers.sol";
import {ReleaseWord, newRelease} from "contracts/types/ReleaseWord.sol";
import {SigningKeyWord, newSigningKey} from "contracts/types/SigningKeyWord.sol";

import {RegistryTest} from "./utils/RegistryTest.sol";

contract ReleaseTest is RegistryTest {
    function test_ReturnsBothWords() public {
        (bytes32 commitment, ReleaseWord word) = registry.release(register());
        vm.assertEq(commitment, commitmentOf(ROOT, MANIFEST_HASH));
        vm.assertEq(raw(word), raw(newRelease(START, 1, 0)));
    }

    function testFuzz_IsZeroWhereNothingWasWritten(bytes32 releaseId) public {
        vm.assume(releaseId != raw(register()));
        (bytes32 commitment, ReleaseWord word) = registry.release(ReleaseId.wrap(releaseId));
        vm.assertEq(commitment, 0);
        vm.assertEq(raw(word), 0);
    }

    function testFuzz_ReturnsATombstoneWithoutACommitment(uint8 reason) public {
        reason = uint8(WITHDRAWN + reason % 4);
        revoke(reason);
        (bytes32 commitment, ReleaseWord word) = registry.release(releaseIdOf(VERSION));
        vm.assertEq(commitment, 0);
        vm.assertEq(raw(word), raw(ReleaseWord.wrap(0).revoked(reason, START)));
    }
}

contract AuthorityTest is RegistryTest {
    function testFuzz_ReturnsTheWord(uint40 until) public {
        vm.assume(until > START);
        uint32 index = addAuthority(other, DELEGATE, until);
        vm.assertEq(
            raw(registry.authority(publisher, index)),
            raw(newAuthority(other, START, until, DELEGATE))
        );
    }

    function testFuzz_IsZeroWhileUnwritten(address anyone, uint32 index) public view {
        vm.assertEq(raw(registry.authority(anyone, index)), 0);
    }

    /// @dev An index is 32 bits everywhere else: nothing lies, and nothing wraps round, beyond.
    function testFuzz_TakesIndicesBeyondAnyAuthority(uint256 index) public {
        vm.assume(index > type(uint32).max);
        addAuthority(other, OWNER, FOREVER);
        vm.assertEq(raw(registry.authority(publisher, index)), 0);
    }
}

contract AuthorityCountTest is RegistryTest {
    function testFuzz_IsZeroAtFirst(address anyone) public view {
        vm.assertEq(registry.authorityCount(anyone), 0);
    }

    function testFuzz_CountsWhatWasAdded(uint8 count) public {
        count = count % 8;
        for (uint256 i = 0; i < count; i++) {
            addAuthority(other, DELEGATE, FOREVER);
        }
        vm.assertEq(registry.authorityCount(publisher), count);
    }

    function testFuzz_IsLeftByAnEnd(uint40 until) public {
        vm.assume(until < FOREVER);
        uint32 index = addAuthority(other, DELEGATE, FOREVER);
        endAuthority(index, until);
        endAuthority(0, until);
        vm.assertEq(registry.authorityCount(publisher), 1);
    }
}

contract SigningKeyTest is RegistryTest {
    function testFuzz_ReturnsTheWord(bytes32 fingerprint, uint8 algorithm, uint40 until) public {
        vm.assume(algorithm > 0 && until > START);
        vm.prank(publisher);
        registry.addSigningKey(publisher, 0, fingerprint, algorithm, until);
        vm.assertEq(
            SigningKeyWord.unwrap(registry.signingKey(publisher, fingerprint)),
            SigningKeyWord.unwrap(newSigningKey(START, until, algorithm))
        );
    }

    function testFuzz_IsZeroWhereNoKeyWasAdded(address anyone, bytes32 fingerprint) public view {
        vm.assertEq(SigningKeyWord.unwrap(registry.signingKey(anyone, fingerprint)), 0);
    }
}
