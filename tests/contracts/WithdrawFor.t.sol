// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IAttestations} from "contracts/interfaces/IAttestations.sol";
import {ISignedStatements} from "contracts/interfaces/ISignedStatements.sol";
import {Attestation, AttestationId, AttesterSignature} from "contracts/types/Attestation.sol";
import {newAttestation} from "contracts/types/AttestationWord.sol";

import {AttestationsTest} from "./utils/AttestationsTest.sol";
import {BurningWallet, GoodWallet} from "./utils/Wallets.sol";

contract WithdrawForTest is AttestationsTest {
    function testFuzz_WhenTheDeadlineIsPast(uint40 deadline, uint40 later) public {
        AttesterSignature memory signed = signWithdrawal(ATTESTER_KEY, deadline);
        uint256 time = uint256(deadline) + 1 + later;
        vm.warp(time);
        expectRevert(ISignedStatements.DeadlineExpired.selector, deadline, time);
        attestations.withdrawFor(audit(), signed);
    }

    function testFuzz_WhenAnotherAccountSigned(uint128 key) public {
        vm.assume(key != 0 && key != ATTESTER_KEY);
        AttesterSignature memory signed = signWithdrawal(key, DEADLINE);
        signed.attester = attester;
        _refuse(audit(), signed);
    }

    function testFuzz_WhenTheAttestationIsNotTheSignedOne(uint8 field, uint248 salt) public {
        _refuse(changed(field, salt), signWithdrawal(ATTESTER_KEY, DEADLINE));
    }

    function testFuzz_WhenTheDeadlineIsNotTheSignedOne(uint256 deadline) public {
        vm.assume(deadline >= START && deadline != DEADLINE);
        AttesterSignature memory signed = signWithdrawal(ATTESTER_KEY, DEADLINE);
        signed.deadline = deadline;
        _refuse(audit(), signed);
    }

    function test_WhenAnAttestationWasSigned() public {
        _refuse(audit(), signAttestation(ATTESTER_KEY, DEADLINE));
    }

    function testFuzz_OnAnotherChain(uint64 chain) public {
        vm.assume(chain != 31337);
        AttesterSignature memory signed = signWithdrawal(ATTESTER_KEY, DEADLINE);
        vm.chainId(chain);
        _refuse(audit(), signed);
    }

    function test_AtAnotherContract() public {
        AttesterSignature memory signed = signWithdrawal(ATTESTER_KEY, DEADLINE);
        attestations = newAttestations();
        _refuse(audit(), signed);
    }

    function testFuzz_WhenTheSignatureIsNone(bytes memory signature) public {
        _refuse(audit(), AttesterSignature(attester, DEADLINE, signature));
    }

    function test_WhenTheWalletBurnsItsGas() public {
        _refuse(audit(), _signedBy(address(new BurningWallet())));
    }

    function test_WhenNothingWasAttested() public {
        AttesterSignature memory signed = signWithdrawal(OTHER_KEY, DEADLINE);
        expectUnknown(other, audit());
        attestations.withdrawFor(audit(), signed);
    }

    function test_WhenItIsSubmittedTwice() public {
        AttestationId attestationId = attest();
        AttesterSignature memory signed = signWithdrawal(ATTESTER_KEY, DEADLINE);
        attestations.withdrawFor(audit(), signed);
        expectRevert(IAttestations.AlreadyWithdrawn.selector, uint256(raw(attestationId)), START);
        attestations.withdrawFor(audit(), signed);
    }

    function testFuzz_WithdrawsForTheAttesterWhoeverSubmits(address submitter) public {
        AttestationId attestationId = attest();
        AttesterSignature memory signed = signWithdrawal(ATTESTER_KEY, DEADLINE);
        vm.warp(START + 60);
        vm.expectEmit(address(attestations));
        emit IAttestations.AttestationWithdrawn(
            attestationId, attester, audit().releaseId, newAttestation(START).withdrawn(START + 60)
        );
        vm.prank(submitter);
        attestations.withdrawFor(audit(), signed);
        vm.assertEq(wordOf(attestationId).withdrawnAt(), START + 60);
    }

    function test_CountsAtTheDeadline() public {
        AttestationId attestationId = attest();
        AttesterSignature memory signed = signWithdrawal(ATTESTER_KEY, DEADLINE);
        vm.warp(DEADLINE);
        attestations.withdrawFor(audit(), signed);
        vm.assertEq(wordOf(attestationId).withdrawnAt(), DEADLINE);
    }

    function test_TakesAWallet() public {
        address wallet = address(new GoodWallet());
        vm.prank(wallet);
        AttestationId attestationId = attestations.attest(audit(), CID);
        attestations.withdrawFor(audit(), _signedBy(wallet));
        vm.assertEq(wordOf(attestationId).withdrawnAt(), START);
    }

    function _signedBy(address wallet) private view returns (AttesterSignature memory) {
        bytes32 digest = attestations.withdrawalDigest(wallet, audit(), DEADLINE);
        return AttesterSignature(wallet, DEADLINE, abi.encodePacked(digest));
    }

    /// @dev The signer has attested: nothing but the signature keeps it from being withdrawn.
    function _refuse(Attestation memory given, AttesterSignature memory signed) private {
        vm.prank(signed.attester);
        attestations.attest(given, CID);
        expectInvalidSignature(signed.attester);
        attestations.withdrawFor(given, signed);
    }
}
