// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {SigningKeyWord} from "contracts/types/SigningKeyWord.sol";

import {RegistryTest} from "./utils/RegistryTest.sol";

/// @dev Verifiers read storage words and never call the contract: the slots and the bits are as much
/// an interface as the functions. They are written out once more here, from the documentation.
contract StorageTest is RegistryTest {
    bytes32 private constant FINGERPRINT = keccak256("a key");

    function _at(bytes32 slot) private view returns (uint256) {
        return uint256(vm.load(address(registry), slot));
    }

    function _slot(bytes32 key, bytes32 base) private pure returns (bytes32) {
        return keccak256(abi.encode(key, base));
    }

    function _slot(address key, uint256 base) private pure returns (bytes32) {
        return keccak256(abi.encode(key, base));
    }

    function testFuzz_ReleasesAtSlot0(uint32 later) public {
        uint32 index = addAuthority(other, DELEGATE, FOREVER);
        register("first");
        vm.prank(other);
        registry.register(releaseStatement(), index);
        vm.warp(START + uint256(later));
        revoke(VULNERABLE);

        bytes32 slot = _slot(raw(releaseIdOf(VERSION)), 0);
        vm.assertEq(_at(slot), uint256(commitmentOf(ROOT, MANIFEST_HASH)));
        uint256 word = START | 2 << 40 | 2 << 80 | uint256(VULNERABLE) << 88
            | (START + uint256(later)) << 96 | uint256(index) << 136;
        vm.assertEq(_at(bytes32(uint256(slot) + 1)), word);
        vm.assertEq(raw(wordOf(releaseIdOf(VERSION))), word);
    }

    function test_TombstonesAtSlot0() public {
        revoke(WITHDRAWN);
        bytes32 slot = _slot(raw(releaseIdOf(VERSION)), 0);
        vm.assertEq(_at(slot), 0);
        uint256 word = 2 << 80 | uint256(WITHDRAWN) << 88 | uint256(START) << 96;
        vm.assertEq(_at(bytes32(uint256(slot) + 1)), word);
    }

    function test_HeadsAtSlot1() public {
        register();
        bytes32 model = keccak256(abi.encode(publisher, NAME));
        uint256 word = _at(_slot(model, bytes32(uint256(1))));
        vm.assertEq(word >> 216, 1);
        vm.assertEq(word, raw(registry.head(modelId())));
    }

    function testFuzz_AuthoritiesAtSlot2(address account, bool owner, uint40 until) public {
        vm.assume(account != address(0) && until > START);
        uint8 role = owner ? OWNER : DELEGATE;
        uint32 index = addAuthority(account, role, until);
        uint256 word = uint256(uint160(account)) | uint256(START) << 160 | uint256(until) << 200
            | uint256(role) << 240;
        vm.assertEq(_at(_slot(bytes32(uint256(index)), _slot(publisher, 2))), word);
    }

    function testFuzz_TheIdentityAtSlot2(uint40 until) public {
        vm.assume(until < FOREVER);
        bytes32 slot = _slot(bytes32(0), _slot(publisher, 2));
        vm.assertEq(_at(slot), 0);
        endAuthority(0, until);
        vm.assertEq(
            _at(slot), uint256(uint160(publisher)) | uint256(until) << 200 | uint256(OWNER) << 240
        );
    }

    function testFuzz_AuthorityCountsAtSlot3(uint8 count) public {
        count = count % 5;
        for (uint256 i = 0; i < count; i++) {
            addAuthority(other, DELEGATE, FOREVER);
        }
        vm.assertEq(_at(_slot(publisher, 3)), count);
    }

    function testFuzz_SigningKeysAtSlot4(uint8 algorithm, uint40 until) public {
        vm.assume(algorithm > 0 && until > START);
        vm.prank(publisher);
        registry.addSigningKey(publisher, 0, FINGERPRINT, algorithm, until);
        uint256 word = uint256(START) << 160 | uint256(until) << 200 | uint256(algorithm) << 240;
        vm.assertEq(_at(_slot(FINGERPRINT, _slot(publisher, 4))), word);
        vm.assertEq(SigningKeyWord.unwrap(registry.signingKey(publisher, FINGERPRINT)), word);
    }

    /// @dev Nothing keeps a block's reward or a contract's end from crediting an address.
    function testFuzz_EtherByForceChangesNothing(uint96 amount) public {
        vm.deal(address(registry), amount);
        vm.assertEq(wordOf(register()).sequence(), 1);
        revoke(WITHDRAWN);
        vm.assertEq(wordOf(releaseIdOf(VERSION)).status(), 2);
        vm.assertEq(address(registry).balance, amount);
    }
}
