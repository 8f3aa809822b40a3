// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Attestation, AttestationId} from "contracts/types/Attestation.sol";

import {AttestationsTest} from "./utils/AttestationsTest.sol";

/// @dev Verifiers read storage words and never
/// call the contract: the slot and the bits are written out once more here, from the documentation.
contract AttestationTest is AttestationsTest {
    function testFuzz_WhenNothingWasAttested(AttestationId attestationId) public {
        AttestationId made = attest();
        vm.assume(raw(attestationId) != raw(made));
        vm.assertEq(raw(wordOf(attestationId)), 0);
    }

    function testFuzz_WhenItIsAttested(address sender, uint40 time) public {
        vm.assume(time != 0);
        vm.warp(time);
        vm.prank(sender);
        vm.assertEq(raw(wordOf(attestations.attest(audit(), CID))), time);
    }

    function testFuzz_WhenItIsWithdrawn(uint32 later) public {
        AttestationId attestationId = attest();
        vm.warp(START + uint256(later));
        withdraw();
        vm.assertEq(raw(wordOf(attestationId)), START | (START + uint256(later)) << 40);
    }

    function testFuzz_IsTheWordAtSlot0(address sender, Attestation memory given, uint32 later)
        public
    {
        given.kind = 1 + given.kind % ENDORSEMENT;
        bytes32 slot = keccak256(abi.encode(idOf(sender, given), uint256(0)));
        vm.assertEq(vm.load(address(attestations), slot), 0);
        vm.prank(sender);
        attestations.attest(given, CID);
        vm.assertEq(uint256(vm.load(address(attestations), slot)), START);
        vm.warp(START + uint256(later));
        vm.prank(sender);
        attestations.withdraw(given);
        uint256 word = START | (START + uint256(later)) << 40;
        vm.assertEq(uint256(vm.load(address(attestations), slot)), word);
    }
}
