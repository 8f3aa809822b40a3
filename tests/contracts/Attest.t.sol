// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IAttestations} from "contracts/interfaces/IAttestations.sol";
import {IContentAddressed} from "contracts/interfaces/IContentAddressed.sol";
import {Attestation, AttestationId} from "contracts/types/Attestation.sol";
import {newAttestation} from "contracts/types/AttestationWord.sol";

import {AttestationsTest} from "./utils/AttestationsTest.sol";

contract AttestTest is AttestationsTest {
    function testFuzz_WhenThereIsNoSuchKind(uint8 kind) public {
        vm.assume(kind == 0 || kind > ENDORSEMENT);
        Attestation memory given = audit();
        given.kind = kind;
        expectRevert(IAttestations.InvalidKind.selector, kind);
        attestations.attest(given, CID);
    }

    function testFuzz_WhenTheCidIsTooLong(uint8 more) public {
        uint256 length = 65 + uint256(more);
        expectRevert(IContentAddressed.InvalidCidLength.selector, length);
        attestations.attest(audit(), new bytes(length));
    }

    function testFuzz_WhenItIsAttestedAlready(uint32 later, uint8 length) public {
        attest();
        vm.warp(START + uint256(later));
        expectAlreadyAttested(attester);
        vm.prank(attester);
        attestations.attest(audit(), new bytes(length % 65));
    }

    function test_WhenItIsWithdrawn() public {
        attest();
        withdraw();
        expectAlreadyAttested(attester);
        attest();
    }

    function testFuzz_WritesTheTimeOfTheBlock(address sender, Attestation memory given, uint40 time)
        public
    {
        vm.assume(time != 0);
        given.kind = 1 + given.kind % ENDORSEMENT;
        vm.warp(time);
        vm.prank(sender);
        AttestationId attestationId = attestations.attest(given, CID);
        vm.assertEq(raw(attestationId), raw(idOf(sender, given)));
        vm.assertEq(wordOf(attestationId).attestedAt(), time);
        vm.assertEq(wordOf(attestationId).withdrawnAt(), 0);
    }

    function testFuzz_EmitsAttested(address sender, Attestation memory given, uint8 length) public {
        given.kind = 1 + given.kind % ENDORSEMENT;
        bytes memory cid = new bytes(length % 65);
        vm.expectEmit(address(attestations));
        emit IAttestations.Attested(
            idOf(sender, given),
            sender,
            given.releaseId,
            given.commitment,
            given.kind,
            given.statementHash,
            newAttestation(START),
            cid
        );
        vm.prank(sender);
        attestations.attest(given, cid);
    }

    function testFuzz_TakesEveryKind(uint8 kind) public {
        kind = 1 + kind % ENDORSEMENT;
        Attestation memory given = audit();
        given.kind = kind;
        vm.assertEq(wordOf(attestations.attest(given, "")).attestedAt(), START);
    }

    function test_TakesACidOf64Bytes() public {
        vm.assertEq(wordOf(attestations.attest(audit(), new bytes(64))).attestedAt(), START);
    }

    function testFuzz_LeavesOtherAttestationsAsTheyAre(uint8 field, uint248 salt) public {
        attest();
        Attestation memory given = changed(field, salt);
        vm.assertEq(raw(wordOf(idOf(attester, given))), 0);
        vm.warp(START + 1);
        vm.prank(attester);
        AttestationId another = attestations.attest(given, CID);
        vm.assertEq(wordOf(another).attestedAt(), START + 1);
        vm.assertEq(wordOf(idOf(attester, audit())).attestedAt(), START);
    }

    function testFuzz_IsTheSendersAlone(address sender) public {
        vm.assume(sender != attester);
        attest();
        vm.assertEq(raw(wordOf(idOf(sender, audit()))), 0);
        vm.prank(sender);
        attestations.attest(audit(), CID);
    }

    function test_TakesNoEther() public {
        bytes memory data = abi.encodeCall(IAttestations.attest, (audit(), CID));
        (bool success,) = address(attestations).call{value: 1}(data);
        vm.assertFalse(success);
    }
}
