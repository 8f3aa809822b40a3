// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IModelRegistry} from "contracts/interfaces/IModelRegistry.sol";
import {SigningKeyWord} from "contracts/types/SigningKeyWord.sol";

import {RegistryTest} from "./utils/RegistryTest.sol";

abstract contract SigningKeysTest is RegistryTest {
    bytes32 internal constant FINGERPRINT = keccak256("a key");
    uint8 internal constant ED25519 = 4;

    function _add(uint8 algorithm, uint40 until) internal {
        vm.prank(publisher);
        registry.addSigningKey(publisher, 0, FINGERPRINT, algorithm, until);
    }

    function _end(uint40 until) internal {
        vm.prank(publisher);
        registry.endSigningKey(publisher, 0, FINGERPRINT, until);
    }
}

contract AddSigningKeyTest is SigningKeysTest {
    function testFuzz_WritesTheWord(bytes32 fingerprint, uint8 algorithm, uint40 until) public {
        vm.assume(algorithm > 0 && until > START);
        vm.prank(publisher);
        registry.addSigningKey(publisher, 0, fingerprint, algorithm, until);
        SigningKeyWord word = registry.signingKey(publisher, fingerprint);

        vm.assertEq(word.from(), START);
        vm.assertEq(word.until(), until);
        vm.assertEq(word.algorithm(), algorithm);
        vm.assertEq(uint160(SigningKeyWord.unwrap(word)), 0);
    }

    function test_EmitsSigningKeyAdded() public {
        vm.expectEmit(address(registry));
        emit IModelRegistry.SigningKeyAdded(publisher, FINGERPRINT, ED25519, START, FOREVER);
        _add(ED25519, FOREVER);
    }

    function test_PublishersDoNotShareKeys() public {
        _add(ED25519, FOREVER);
        vm.prank(other);
        registry.addSigningKey(other, 0, FINGERPRINT, 1, FOREVER);
        vm.assertEq(registry.signingKey(publisher, FINGERPRINT).algorithm(), ED25519);
        vm.assertEq(registry.signingKey(other, FINGERPRINT).algorithm(), 1);
    }

    function testFuzz_WhenTheKeyExists(uint8 algorithm, uint40 until) public {
        vm.assume(algorithm > 0 && until > START);
        _add(ED25519, FOREVER);
        expectRevert(
            IModelRegistry.SigningKeyExists.selector,
            uint256(uint160(publisher)),
            uint256(FINGERPRINT)
        );
        _add(algorithm, until);
    }

    function test_WhenTheKeyExistedAndWasEnded() public {
        _add(ED25519, FOREVER);
        _end(0);
        expectRevert(
            IModelRegistry.SigningKeyExists.selector,
            uint256(uint160(publisher)),
            uint256(FINGERPRINT)
        );
        _add(ED25519, FOREVER);
    }

    function test_WhenThereIsNoAlgorithm() public {
        expectRevert(IModelRegistry.InvalidAlgorithm.selector, 0);
        _add(0, FOREVER);
    }

    function testFuzz_WhenTheEndIsNotInTheFuture(uint40 until) public {
        until = until % (START + 1);
        expectRevert(IModelRegistry.UntilInPast.selector, until);
        _add(ED25519, until);
    }

    function test_WhenTheEndIsNow() public {
        expectRevert(IModelRegistry.UntilInPast.selector, START);
        _add(ED25519, START);
    }

    function testFuzz_WhenTheSenderIsAStranger(address stranger, uint32 index) public {
        vm.assume(stranger != publisher && stranger != address(0));
        expectNotAuthorized(stranger, index);
        vm.prank(stranger);
        registry.addSigningKey(publisher, index, FINGERPRINT, ED25519, FOREVER);
    }

    function test_WhenTheSenderIsADelegate() public {
        uint32 index = addAuthority(other, DELEGATE, FOREVER);
        expectNotAuthorized(other, index);
        vm.prank(other);
        registry.addSigningKey(publisher, index, FINGERPRINT, ED25519, FOREVER);
    }
}

contract EndSigningKeyTest is SigningKeysTest {
    function testFuzz_LowersTheEndOnly(uint40 until) public {
        vm.assume(until < FOREVER);
        _add(ED25519, FOREVER);
        _end(until);
        SigningKeyWord word = registry.signingKey(publisher, FINGERPRINT);

        vm.assertEq(word.until(), until);
        vm.assertEq(word.from(), START);
        vm.assertEq(word.algorithm(), ED25519);
    }

    function test_EmitsSigningKeyEnded() public {
        _add(ED25519, FOREVER);
        vm.expectEmit(address(registry));
        emit IModelRegistry.SigningKeyEnded(publisher, FINGERPRINT, START);
        _end(START);
    }

    function testFuzz_WhenTheEndIsNotLower(uint40 until) public {
        vm.assume(until >= START + YEAR);
        _add(ED25519, START + YEAR);
        expectRevert(IModelRegistry.UntilNotLowered.selector, START + YEAR, until);
        _end(until);
    }

    function test_WhenTheEndIsTheSame() public {
        _add(ED25519, START + YEAR);
        expectRevert(IModelRegistry.UntilNotLowered.selector, START + YEAR, START + YEAR);
        _end(START + YEAR);
    }

    function test_WhenTheKeyIsUnknown() public {
        expectRevert(
            IModelRegistry.UnknownSigningKey.selector,
            uint256(uint160(publisher)),
            uint256(FINGERPRINT)
        );
        _end(START);
    }

    function testFuzz_WhenTheSenderIsAStranger(address stranger, uint32 index) public {
        vm.assume(stranger != publisher && stranger != address(0));
        _add(ED25519, FOREVER);
        expectNotAuthorized(stranger, index);
        vm.prank(stranger);
        registry.endSigningKey(publisher, index, FINGERPRINT, START);
    }

    function test_WhenTheSenderIsADelegate() public {
        _add(ED25519, FOREVER);
        uint32 index = addAuthority(other, DELEGATE, FOREVER);
        expectNotAuthorized(other, index);
        vm.prank(other);
        registry.endSigningKey(publisher, index, FINGERPRINT, START);
    }
}
