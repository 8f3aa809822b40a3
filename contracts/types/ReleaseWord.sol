// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @notice State of one release, in bits from the low end: time of registration in seconds (40),
/// sequence number within its model (40), status (8), reason of revocation (8), time of the current
/// status in seconds (40), index of the authority that registered it (32). Zero: nothing there.
type ReleaseWord is uint256;

uint8 constant STATUS_NONE = 0;
uint8 constant STATUS_REGISTERED = 1;
uint8 constant STATUS_REVOKED = 2;

uint8 constant REASON_NONE = 0;
uint8 constant REASON_WITHDRAWN = 1;
uint8 constant REASON_VULNERABLE = 2;
uint8 constant REASON_COMPROMISED = 3;
uint8 constant REASON_SUPERSEDED = 4;

uint256 constant SEQUENCE_OFFSET = 40;
uint256 constant STATUS_OFFSET = 80;
uint256 constant REASON_OFFSET = 88;
uint256 constant STATUS_AT_OFFSET = 96;
uint256 constant AUTHORITY_INDEX_OFFSET = 136;

/// @dev The bits that a revocation writes: status, reason and time of status.
uint256 constant STATUS_MASK = ((1 << 56) - 1) << STATUS_OFFSET;

using {
    registeredAt,
    sequence,
    status,
    reason,
    statusAt,
    authorityIndex,
    revoked
} for ReleaseWord global;

function newRelease(uint40 time, uint40 sequenceNumber, uint32 index) pure returns (ReleaseWord) {
    return ReleaseWord.wrap(
        uint256(time) | (uint256(sequenceNumber) << SEQUENCE_OFFSET)
            | (uint256(STATUS_REGISTERED) << STATUS_OFFSET) | (uint256(time) << STATUS_AT_OFFSET)
            | (uint256(index) << AUTHORITY_INDEX_OFFSET)
    );
}

/// @dev Returns the word with the status that a revocation gives; what was registered stays.
function revoked(ReleaseWord word, uint8 why, uint40 time) pure returns (ReleaseWord) {
    return ReleaseWord.wrap(
        ReleaseWord.unwrap(word) & ~STATUS_MASK | (uint256(STATUS_REVOKED) << STATUS_OFFSET)
            | (uint256(why) << REASON_OFFSET) | (uint256(time) << STATUS_AT_OFFSET)
    );
}

function registeredAt(ReleaseWord word) pure returns (uint40) {
    return uint40(ReleaseWord.unwrap(word));
}

/// @dev For callers: the registry itself only writes it.
// slither-disable-next-line dead-code
function sequence(ReleaseWord word) pure returns (uint40) {
    return uint40(ReleaseWord.unwrap(word) >> SEQUENCE_OFFSET);
}

function status(ReleaseWord word) pure returns (uint8) {
    return uint8(ReleaseWord.unwrap(word) >> STATUS_OFFSET);
}

function reason(ReleaseWord word) pure returns (uint8) {
    return uint8(ReleaseWord.unwrap(word) >> REASON_OFFSET);
}

/// @dev For callers: the registry itself only writes it.
// slither-disable-next-line dead-code
function statusAt(ReleaseWord word) pure returns (uint40) {
    return uint40(ReleaseWord.unwrap(word) >> STATUS_AT_OFFSET);
}

function authorityIndex(ReleaseWord word) pure returns (uint32) {
    return uint32(ReleaseWord.unwrap(word) >> AUTHORITY_INDEX_OFFSET);
}
