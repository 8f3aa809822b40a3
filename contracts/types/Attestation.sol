// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {ReleaseId} from "./Identifiers.sol";

/// @notice Identifies one attestation: attester, release id, commitment, kind and statement hash.
type AttestationId is bytes32;

uint8 constant KIND_EVALUATION = 1;
uint8 constant KIND_AUDIT = 2;
uint8 constant KIND_TRAINING = 3;
uint8 constant KIND_ADVISORY = 4;
uint8 constant KIND_ENDORSEMENT = 5;

/// @notice What somebody says of a release.
/// @param releaseId The release, registered or an item of a batch.
/// @param commitment The release's content word: what is said holds for exactly this content.
/// @param kind 1 evaluation, 2 audit, 3 training, 4 advisory, 5 endorsement.
/// @param statementHash sha256 of the statement's bytes.
struct Attestation {
    ReleaseId releaseId;
    bytes32 commitment;
    uint8 kind;
    bytes32 statementHash;
}

/// @notice An attester's signature over what somebody else submits.
/// @param attester Whose signature: a plain account's or an ERC-1271 wallet's.
/// @param deadline The last block time, in seconds, at which the signature counts; it is signed.
/// @param signature 65 bytes `r ‖ s ‖ v` of a plain account, or whatever the wallet understands.
struct AttesterSignature {
    address attester;
    uint256 deadline;
    bytes signature;
}

/// @dev All five values have one word each: no two attestations share an encoding.
function attestationIdOf(address attester, Attestation calldata attestation)
    pure
    returns (AttestationId)
{
    return AttestationId.wrap(keccak256(abi.encode(attester, attestation)));
}
