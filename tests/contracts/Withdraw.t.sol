// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IAttestations} from "contracts/interfaces/IAttestations.sol";
import {Attestation, AttestationId} from "contracts/types/Attestation.sol";
import {newAttestation} from "contracts/types/AttestationWord.sol";

import {AttestationsTest} from "./utils/AttestationsTest.sol";

contract WithdrawTest is AttestationsTest {
    function testFuzz_WhenNothingWasAttested(address sender, Attestation memory given) public {
        expectUnknown(sender, given);
        vm.prank(sender);
        attestations.withdraw(given);
    }

    function testFuzz_WhenAnotherAttestationIsNamed(uint8 field, uint248 salt) public {
        attest();
        Attestation memory given = changed(field, salt);
        expectUnknown(attester, given);
        vm.prank(attester);
        attestations.withdraw(given);
    }

    function testFuzz_WhenTheSenderIsNotTheAttester(address sender) public {
        vm.assume(sender != attester);
        AttestationId attestationId = attest();
        expectUnknown(sender, audit());
        vm.prank(sender);
        attestations.withdraw(audit());
        vm.assertEq(wordOf(attestationId).withdrawnAt(), 0);
    }

    function testFuzz_WhenItIsWithdrawnAlready(uint32 later) public {
        AttestationId attestationId = attest();
        withdraw();
        vm.warp(START + uint256(later));
        expectRevert(IAttestations.AlreadyWithdrawn.selector, uint256(raw(attestationId)), START);
        withdraw();
    }

    function testFuzz_WritesTheTimeOfTheBlock(uint32 later) public {
        AttestationId attestationId = attest();
        vm.warp(START + uint256(later));
        withdraw();
        vm.assertEq(wordOf(attestationId).attestedAt(), START);
        vm.assertEq(wordOf(attestationId).withdrawnAt(), START + uint256(later));
    }

    function testFuzz_EmitsAttestationWithdrawn(uint32 later) public {
        AttestationId attestationId = attest();
        uint40 time = START + uint40(later);
        vm.warp(time);
        vm.expectEmit(address(attestations));
        emit IAttestations.AttestationWithdrawn(
            attestationId, attester, audit().releaseId, newAttestation(START).withdrawn(time)
        );
        withdraw();
    }

    function testFuzz_LeavesOtherAttestationsAsTheyAre(uint8 field, uint248 salt) public {
        attest();
        vm.prank(attester);
        AttestationId another = attestations.attest(changed(field, salt), CID);
        vm.prank(other);
        AttestationId anothers = attestations.attest(audit(), CID);
        withdraw();
        vm.assertEq(raw(wordOf(another)), START);
        vm.assertEq(raw(wordOf(anothers)), START);
    }
}
