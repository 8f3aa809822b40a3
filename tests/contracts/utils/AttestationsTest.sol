// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IAttestations} from "contracts/interfaces/IAttestations.sol";
import {ISignedStatements} from "contracts/interfaces/ISignedStatements.sol";
import {Attestation, AttestationId, AttesterSignature} from "contracts/types/Attestation.sol";
import {AttestationWord} from "contracts/types/AttestationWord.sol";
import {ReleaseId} from "contracts/types/Identifiers.sol";

import {BaseTest} from "./BaseTest.sol";

/// @dev What every test of the attestations starts from: an attester with a key, and one audit.
abstract contract AttestationsTest is BaseTest {
    uint8 internal constant AUDIT = 2;
    uint8 internal constant ENDORSEMENT = 5;
    uint256 internal constant DEADLINE = START + 1 hours;
    uint256 internal constant ATTESTER_KEY = 0xA77E57;

    bytes internal constant CID = abi.encodePacked(hex"01551220", keccak256("a statement"));

    address internal immutable attester = vm.addr(ATTESTER_KEY);

    IAttestations internal attestations;

    function setUp() public virtual override {
        super.setUp();
        attestations = newAttestations();
    }

    function newAttestations() internal returns (IAttestations) {
        return IAttestations(deploy("Attestations.sol"));
    }

    function audit() internal pure returns (Attestation memory) {
        return Attestation({
            releaseId: ReleaseId.wrap(keccak256("a release")),
            commitment: keccak256("its content"),
            kind: AUDIT,
            statementHash: keccak256("a statement")
        });
    }

    /// @dev Returns the audit with one field changed, and its kind still one that there is.
    function changed(uint8 field, uint248 salt) internal pure returns (Attestation memory given) {
        bytes32 value = keccak256(abi.encode(salt));
        given = audit();
        if (field % 4 == 0) given.releaseId = ReleaseId.wrap(value);
        if (field % 4 == 1) given.commitment = value;
        if (field % 4 == 2) given.kind = [1, 3, 4, ENDORSEMENT][salt % 4];
        if (field % 4 == 3) given.statementHash = value;
    }

    function attest() internal returns (AttestationId) {
        vm.prank(attester);
        return attestations.attest(audit(), CID);
    }

    function withdraw() internal {
        vm.prank(attester);
        attestations.withdraw(audit());
    }

    function signAttestation(uint256 key, uint256 deadline)
        internal
        view
        returns (AttesterSignature memory)
    {
        address account = vm.addr(key);
        bytes32 digest = attestations.attestationDigest(account, audit(), CID, deadline);
        return AttesterSignature(account, deadline, signatureOf(key, digest));
    }

    function signWithdrawal(uint256 key, uint256 deadline)
        internal
        view
        returns (AttesterSignature memory)
    {
        address account = vm.addr(key);
        bytes32 digest = attestations.withdrawalDigest(account, audit(), deadline);
        return AttesterSignature(account, deadline, signatureOf(key, digest));
    }

    function wordOf(AttestationId attestationId) internal view returns (AttestationWord) {
        return attestations.attestation(attestationId);
    }

    /// @dev The identifier is written out once more here, from the documentation.
    function idOf(address account, Attestation memory given) internal pure returns (AttestationId) {
        return AttestationId.wrap(
            keccak256(
                abi.encode(
                    account, given.releaseId, given.commitment, given.kind, given.statementHash
                )
            )
        );
    }

    function expectAlreadyAttested(address account) internal {
        expectRevert(
            IAttestations.AlreadyAttested.selector, uint256(raw(idOf(account, audit()))), START
        );
    }

    function expectUnknown(address account, Attestation memory given) internal {
        expectRevert(IAttestations.UnknownAttestation.selector, uint256(raw(idOf(account, given))));
    }

    function expectInvalidSignature(address account) internal {
        expectRevert(ISignedStatements.InvalidSignature.selector, uint256(uint160(account)));
    }

    function raw(AttestationId value) internal pure returns (bytes32) {
        return AttestationId.unwrap(value);
    }

    function raw(AttestationWord value) internal pure returns (uint256) {
        return AttestationWord.unwrap(value);
    }
}
