// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IAttestations} from "contracts/interfaces/IAttestations.sol";
import {IContentAddressed} from "contracts/interfaces/IContentAddressed.sol";
import {ISignedStatements} from "contracts/interfaces/ISignedStatements.sol";
import {Attestation, AttestationId, AttesterSignature} from "contracts/types/Attestation.sol";
import {newAttestation} from "contracts/types/AttestationWord.sol";

import {AttestationsTest} from "./utils/AttestationsTest.sol";
import {BurningWallet, GoodWallet} from "./utils/Wallets.sol";

contract AttestForTest is AttestationsTest {
    /// @dev The order of secp256k1.
    uint256 private constant ORDER =
        0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;

    function testFuzz_WhenTheDeadlineIsPast(uint40 deadline, uint40 later) public {
        AttesterSignature memory signed = signAttestation(ATTESTER_KEY, deadline);
        uint256 time = uint256(deadline) + 1 + later;
        vm.warp(time);
        expectRevert(ISignedStatements.DeadlineExpired.selector, deadline, time);
        attestations.attestFor(audit(), CID, signed);
    }

    function testFuzz_WhenAnotherAccountSigned(uint256 key) public {
        key = 1 + key % (ORDER - 1);
        vm.assume(key != ATTESTER_KEY);
        AttesterSignature memory signed = signAttestation(key, DEADLINE);
        signed.attester = attester;
        _refuse(audit(), CID, signed);
    }

    function testFuzz_WhenTheAttestationIsNotTheSignedOne(uint8 field, uint248 salt) public {
        _refuse(changed(field, salt), CID, signAttestation(ATTESTER_KEY, DEADLINE));
    }

    function testFuzz_WhenTheCidIsNotTheSignedOne(bytes32 salt) public {
        bytes memory cid = abi.encodePacked(hex"01551220", salt);
        vm.assume(keccak256(cid) != keccak256(CID));
        _refuse(audit(), cid, signAttestation(ATTESTER_KEY, DEADLINE));
    }

    function testFuzz_WhenTheDeadlineIsNotTheSignedOne(uint256 deadline) public {
        vm.assume(deadline >= START && deadline != DEADLINE);
        AttesterSignature memory signed = signAttestation(ATTESTER_KEY, DEADLINE);
        signed.deadline = deadline;
        _refuse(audit(), CID, signed);
    }

    function test_WhenAWithdrawalWasSigned() public {
        _refuse(audit(), CID, signWithdrawal(ATTESTER_KEY, DEADLINE));
    }

    function testFuzz_OnAnotherChain(uint64 chain) public {
        vm.assume(chain != 31337);
        AttesterSignature memory signed = signAttestation(ATTESTER_KEY, DEADLINE);
        vm.chainId(chain);
        _refuse(audit(), CID, signed);
    }

    function test_AtAnotherContract() public {
        AttesterSignature memory signed = signAttestation(ATTESTER_KEY, DEADLINE);
        attestations = newAttestations();
        _refuse(audit(), CID, signed);
    }

    function test_WhenTheSignatureHasAHighS() public {
        AttesterSignature memory signed = signAttestation(ATTESTER_KEY, DEADLINE);
        (bytes32 r, bytes32 s, uint8 v) = _split(signed.signature);
        signed.signature = abi.encodePacked(r, ORDER - uint256(s), v == 27 ? 28 : 27);
        _refuse(audit(), CID, signed);
    }

    function testFuzz_WhenTheSignatureIsNone(bytes memory signature) public {
        _refuse(audit(), CID, AttesterSignature(attester, DEADLINE, signature));
    }

    function testFuzz_WhenTheAttesterIsZero(bytes memory signature) public {
        _refuse(audit(), CID, AttesterSignature(address(0), DEADLINE, signature));
    }

    function test_WhenAnotherWalletOfTheSignerAnswers() public {
        AttesterSignature memory signed = _signedBy(address(new GoodWallet()));
        signed.attester = address(new GoodWallet());
        _refuse(audit(), CID, signed);
    }

    function test_WhenTheWalletBurnsItsGas() public {
        _refuse(audit(), CID, _signedBy(address(new BurningWallet())));
    }

    function test_WhenItIsSubmittedTwice() public {
        AttesterSignature memory signed = signAttestation(ATTESTER_KEY, DEADLINE);
        attestations.attestFor(audit(), CID, signed);
        expectAlreadyAttested(attester);
        attestations.attestFor(audit(), CID, signed);
    }

    /// @dev An attester calls a signature back by attesting itself, and withdrawing.
    function test_WhenTheAttesterHasWithdrawnSince() public {
        AttesterSignature memory signed = signAttestation(ATTESTER_KEY, DEADLINE);
        attest();
        withdraw();
        expectAlreadyAttested(attester);
        attestations.attestFor(audit(), CID, signed);
    }

    function test_WhenTheSignedKindIsNone() public {
        Attestation memory given = audit();
        given.kind = 0;
        bytes32 digest = attestations.attestationDigest(attester, given, CID, DEADLINE);
        expectRevert(IAttestations.InvalidKind.selector, 0);
        attestations.attestFor(
            given, CID, AttesterSignature(attester, DEADLINE, signatureOf(ATTESTER_KEY, digest))
        );
    }

    function test_WhenTheSignedCidIsTooLong() public {
        bytes memory cid = new bytes(65);
        bytes32 digest = attestations.attestationDigest(attester, audit(), cid, DEADLINE);
        expectRevert(IContentAddressed.InvalidCidLength.selector, 65);
        attestations.attestFor(
            audit(), cid, AttesterSignature(attester, DEADLINE, signatureOf(ATTESTER_KEY, digest))
        );
    }

    function testFuzz_AttestsForTheAttesterWhoeverSubmits(address submitter) public {
        AttesterSignature memory signed = signAttestation(ATTESTER_KEY, DEADLINE);
        vm.expectEmit(address(attestations));
        emit IAttestations.Attested(
            idOf(attester, audit()),
            attester,
            audit().releaseId,
            audit().commitment,
            AUDIT,
            audit().statementHash,
            newAttestation(START),
            CID
        );
        vm.prank(submitter);
        AttestationId attestationId = attestations.attestFor(audit(), CID, signed);
        vm.assertEq(raw(attestationId), raw(idOf(attester, audit())));
        vm.assertEq(wordOf(attestationId).attestedAt(), START);
    }

    function test_CountsAtTheDeadline() public {
        AttesterSignature memory signed = signAttestation(ATTESTER_KEY, DEADLINE);
        vm.warp(DEADLINE);
        AttestationId attestationId = attestations.attestFor(audit(), CID, signed);
        vm.assertEq(wordOf(attestationId).attestedAt(), DEADLINE);
    }

    /// @dev As EIP-7702 leaves it: the code is a wallet's, which would refuse.
    function test_TakesAnAccountWithCode() public {
        vm.etch(attester, address(new BurningWallet()).code);
        AttesterSignature memory signed = signAttestation(ATTESTER_KEY, DEADLINE);
        AttestationId attestationId = attestations.attestFor(audit(), CID, signed);
        vm.assertEq(wordOf(attestationId).attestedAt(), START);
    }

    function test_TakesAWallet() public {
        address wallet = address(new GoodWallet());
        AttestationId attestationId = attestations.attestFor(audit(), CID, _signedBy(wallet));
        vm.assertEq(raw(attestationId), raw(idOf(wallet, audit())));
        vm.assertEq(wordOf(attestationId).attestedAt(), START);
    }

    function _signedBy(address wallet) private view returns (AttesterSignature memory) {
        bytes32 digest = attestations.attestationDigest(wallet, audit(), CID, DEADLINE);
        return AttesterSignature(wallet, DEADLINE, abi.encodePacked(digest));
    }

    function _refuse(Attestation memory given, bytes memory cid, AttesterSignature memory signed)
        private
    {
        expectInvalidSignature(signed.attester);
        attestations.attestFor(given, cid, signed);
    }

    function _split(bytes memory signature) private pure returns (bytes32 r, bytes32 s, uint8 v) {
        assembly ("memory-safe") {
            r := mload(add(signature, 0x20))
            s := mload(add(signature, 0x40))
            v := byte(0, mload(add(signature, 0x60)))
        }
    }
}
