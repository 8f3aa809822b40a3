// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {SignedStatements} from "./SignedStatements.sol";
import {IAttestations} from "./interfaces/IAttestations.sol";
import {Bounds} from "./libraries/Bounds.sol";
import {Signatures} from "./libraries/Signatures.sol";
import {TypedData} from "./libraries/TypedData.sol";
import {
    Attestation,
    AttestationId,
    AttesterSignature,
    attestationIdOf
} from "./types/Attestation.sol";
import {AttestationWord, newAttestation} from "./types/AttestationWord.sol";

/// @title Weightmark's attestations
/// @notice The document is {IAttestations}. No owner, proxy, fee or pause, and no value in the code
/// that depends on the chain: the runtime code, and with it the address, is the same everywhere.
contract Attestations is IAttestations, SignedStatements {
    using Signatures for AttesterSignature;

    // Slot 0: storage proofs are read by it.
    mapping(AttestationId attestationId => AttestationWord) private _attestations;

    /// @inheritdoc IAttestations
    function attest(Attestation calldata given, bytes calldata statementCid)
        external
        returns (AttestationId)
    {
        return _attest(msg.sender, given, statementCid);
    }

    /// @inheritdoc IAttestations
    function attestFor(
        Attestation calldata given,
        bytes calldata statementCid,
        AttesterSignature calldata signed
    ) external returns (AttestationId) {
        address attester = signed.attester;
        signed.check(TypedData.attestationDigest(attester, given, statementCid, signed.deadline));
        return _attest(attester, given, statementCid);
    }

    /// @inheritdoc IAttestations
    function withdraw(Attestation calldata given) external {
        _withdraw(msg.sender, given);
    }

    /// @inheritdoc IAttestations
    function withdrawFor(Attestation calldata given, AttesterSignature calldata signed) external {
        address attester = signed.attester;
        signed.check(TypedData.withdrawalDigest(attester, given, signed.deadline));
        _withdraw(attester, given);
    }

    /// @inheritdoc IAttestations
    function attestation(AttestationId attestationId) external view returns (AttestationWord) {
        return _attestations[attestationId];
    }

    /// @inheritdoc IAttestations
    function attestationDigest(
        address attester,
        Attestation calldata given,
        bytes calldata statementCid,
        uint256 deadline
    ) external view returns (bytes32) {
        return TypedData.attestationDigest(attester, given, statementCid, deadline);
    }

    /// @inheritdoc IAttestations
    function withdrawalDigest(address attester, Attestation calldata given, uint256 deadline)
        external
        view
        returns (bytes32)
    {
        return TypedData.withdrawalDigest(attester, given, deadline);
    }

    function _attest(address attester, Attestation calldata given, bytes calldata statementCid)
        private
        returns (AttestationId attestationId)
    {
        Bounds.checkKind(given.kind);
        Bounds.checkCid(statementCid);
        attestationId = attestationIdOf(attester, given);
        AttestationWord word = _attestations[attestationId];
        if (!word.isEmpty()) revert AlreadyAttested(attestationId, word.attestedAt());
        word = newAttestation(uint40(block.timestamp));
        _attestations[attestationId] = word;
        emit Attested(
            attestationId,
            attester,
            given.releaseId,
            given.commitment,
            given.kind,
            given.statementHash,
            word,
            statementCid
        );
    }

    function _withdraw(address attester, Attestation calldata given) private {
        AttestationId attestationId = attestationIdOf(attester, given);
        AttestationWord word = _attestations[attestationId];
        if (word.isEmpty()) revert UnknownAttestation(attestationId);
        if (word.withdrawnAt() != 0) revert AlreadyWithdrawn(attestationId, word.withdrawnAt());
        word = word.withdrawn(uint40(block.timestamp));
        _attestations[attestationId] = word;
        emit AttestationWithdrawn(attestationId, attester, given.releaseId, word);
    }
}
