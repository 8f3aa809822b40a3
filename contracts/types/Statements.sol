// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @notice What a publisher says when it registers a release.
/// @param publisher The identity under which the name lives.
/// @param name The model's name, 1 to 128 bytes.
/// @param version The release's version, 1 to 64 bytes.
/// @param artifactRoot Merkle root over the artifact's files.
/// @param manifestHash sha256 of the release manifest's canonical bytes.
/// @param manifestCid Binary CID of the manifest, at most 64 bytes; only the event carries it.
/// @param expectedSequence The sequence number that the release must get; 0: any.
struct ReleaseStatement {
    address publisher;
    string name;
    string version;
    bytes32 artifactRoot;
    bytes32 manifestHash;
    bytes manifestCid;
    uint40 expectedSequence;
}

/// @notice What a publisher says when it revokes a release.
/// @param publisher The identity under which the name lives.
/// @param name The model's name, 1 to 128 bytes.
/// @param version The release's version, 1 to 64 bytes.
/// @param reason 1 withdrawn, 2 vulnerable, 3 compromised, 4 superseded.
/// @param successor Release id of the release to use instead; only with `superseded`, 0: none named.
struct RevocationStatement {
    address publisher;
    string name;
    string version;
    uint8 reason;
    bytes32 successor;
}

/// @notice An authority's signature over a statement that somebody else submits.
/// @param signer The authority's account: a plain account or an ERC-1271 wallet.
/// @param authorityIndex Where the signer stands among the publisher's authorities.
/// @param deadline The last block time, in seconds, at which the signature counts; it is signed.
/// @param signature 65 bytes `r ‖ s ‖ v` of a plain account, or whatever the wallet understands.
struct Authorization {
    address signer;
    uint32 authorityIndex;
    uint256 deadline;
    bytes signature;
}
