// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Attestation, AttestationId, AttesterSignature} from "../types/Attestation.sol";
import {AttestationWord} from "../types/AttestationWord.sol";
import {ReleaseId} from "../types/Identifiers.sol";
import {IContentAddressed} from "./IContentAddressed.sol";
import {ISignedStatements} from "./ISignedStatements.sol";

/// @title Weightmark's attestations
/// @notice Anybody says something of a release, under its own address: an evaluation, an audit, how
/// it was trained, an advisory, an endorsement. What it is worth is the reader's to judge: nobody
/// administers who attests, and the release need not be there.
/// @dev Laws: a time of attestation never changes; a withdrawal is never undone; only the attester
/// writes under its address, by a call of its own or by its signature. The attester is an account or
/// a wallet itself: authorities do not attest for a publisher. State carries what a proof needs,
/// events carry the CID of the statement, once. Times are block times in seconds.
interface IAttestations is ISignedStatements, IContentAddressed {
    /// @notice An attestation was made.
    event Attested(
        AttestationId indexed attestationId,
        address indexed attester,
        ReleaseId indexed releaseId,
        bytes32 commitment,
        uint8 kind,
        bytes32 statementHash,
        AttestationWord word,
        bytes statementCid
    );

    /// @notice An attestation was withdrawn by its attester.
    event AttestationWithdrawn(
        AttestationId indexed attestationId,
        address indexed attester,
        ReleaseId indexed releaseId,
        AttestationWord word
    );

    /// @notice The attester has attested this already, withdrawn since or not.
    error AlreadyAttested(AttestationId attestationId, uint40 attestedAt);

    /// @notice The attestation is withdrawn already.
    error AlreadyWithdrawn(AttestationId attestationId, uint40 withdrawnAt);

    /// @notice The attester has never attested this.
    error UnknownAttestation(AttestationId attestationId);

    /// @notice There is no such kind of attestation.
    error InvalidKind(uint8 kind);

    /// @notice Attests, by the sender as the attester.
    /// @param given What is said, of which release.
    /// @param statementCid Binary CID of the statement, at most 64 bytes; only the event carries it.
    /// @return attestationId `keccak256(abi.encode(attester, releaseId, commitment, kind,
    /// statementHash))`.
    function attest(Attestation calldata given, bytes calldata statementCid)
        external
        returns (AttestationId attestationId);

    /// @notice Attests what an attester has signed; anyone may submit it. Attesting once is the
    /// guard against replay.
    /// @param given What is said, of which release.
    /// @param statementCid Binary CID of the statement, at most 64 bytes; only the event carries it.
    /// @param signed The attester's EIP-712 signature of `Attestation`.
    /// @return attestationId `keccak256(abi.encode(attester, releaseId, commitment, kind,
    /// statementHash))`.
    function attestFor(
        Attestation calldata given,
        bytes calldata statementCid,
        AttesterSignature calldata signed
    ) external returns (AttestationId attestationId);

    /// @notice Withdraws an attestation for good, by the sender as its attester. The same statement
    /// cannot be attested again.
    /// @param given What is withdrawn, as it was attested.
    function withdraw(Attestation calldata given) external;

    /// @notice Withdraws an attestation as its attester has signed it; anyone may submit it.
    /// @param given What is withdrawn, as it was attested.
    /// @param signed The attester's EIP-712 signature of `AttestationWithdrawal`.
    function withdrawFor(Attestation calldata given, AttesterSignature calldata signed) external;

    /// @notice Returns the state of an attestation; 0: never made.
    /// @param attestationId Which attestation.
    /// @return word The state.
    function attestation(AttestationId attestationId) external view returns (AttestationWord word);

    /// @notice Returns what an attester signs to have an attestation submitted by somebody else.
    /// @param attester Who says it.
    /// @param given What is said, of which release.
    /// @param statementCid Binary CID of the statement.
    /// @param deadline The last block time at which the signature counts.
    /// @return digest The EIP-712 digest of `Attestation`.
    function attestationDigest(
        address attester,
        Attestation calldata given,
        bytes calldata statementCid,
        uint256 deadline
    ) external view returns (bytes32 digest);

    /// @notice Returns what an attester signs to have a withdrawal submitted by somebody else.
    /// @param attester Who withdraws.
    /// @param given What is withdrawn, as it was attested.
    /// @param deadline The last block time at which the signature counts.
    /// @return digest The EIP-712 digest of `AttestationWithdrawal`.
    function withdrawalDigest(address attester, Attestation calldata given, uint256 deadline)
        external
        view
        returns (bytes32 digest);
}
