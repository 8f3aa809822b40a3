// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {AuthorityWord} from "../types/AuthorityWord.sol";
import {HeadWord} from "../types/HeadWord.sol";
import {ModelId, ReleaseId} from "../types/Identifiers.sol";
import {ReleaseWord} from "../types/ReleaseWord.sol";
import {SigningKeyWord} from "../types/SigningKeyWord.sol";
import {Authorization, ReleaseStatement, RevocationStatement} from "../types/Statements.sol";
import {IContentAddressed} from "./IContentAddressed.sol";
import {ISignedStatements} from "./ISignedStatements.sol";

/// @title Weightmark's registry of model releases.
/// @notice Publishers register what they release; anyone reads who published exactly these bytes,
/// when, and whether it has been revoked since. Nobody administers the registry: names live under
/// the publisher's address, and only the publisher's authorities write there.
/// @dev Laws: a registered commitment never changes; a revocation is never undone; the sequence
/// numbers of a model have no gaps; `until` of an authority or a signing key is only ever lowered.
/// State carries what a proof needs, events carry names and CIDs in full, once. Which characters a
/// name or a version may have is the client's business: the contract bounds their lengths only.
/// Times are block times in seconds.
interface IModelRegistry is ISignedStatements, IContentAddressed {
    /// @notice A release was registered.
    event ReleaseRegistered(
        ModelId indexed modelId,
        address indexed publisher,
        bytes32 indexed artifactRoot,
        ReleaseId releaseId,
        bytes32 manifestHash,
        ReleaseWord word,
        string name,
        string version,
        bytes manifestCid
    );

    /// @notice A release was revoked, or its release id closed before anything was registered.
    /// Its name and version are in the event of its registration; those of an id that was never
    /// registered are known to whoever holds the item that it closes.
    event ReleaseRevoked(
        ModelId indexed modelId,
        address indexed publisher,
        ReleaseId indexed releaseId,
        uint8 reason,
        bytes32 successor
    );

    /// @notice An account became an authority of a publisher while `from <= time < until`.
    event AuthorityAdded(
        address indexed publisher,
        uint32 indexed index,
        address indexed account,
        uint8 role,
        uint40 from,
        uint40 until
    );

    /// @notice The end of an authority was lowered to `until`.
    event AuthorityEnded(address indexed publisher, uint32 indexed index, uint40 until);

    /// @notice A signing key became a publisher's while `from <= time < until`.
    event SigningKeyAdded(
        address indexed publisher,
        bytes32 indexed fingerprint,
        uint8 algorithm,
        uint40 from,
        uint40 until
    );

    /// @notice The end of a signing key was lowered to `until`.
    event SigningKeyEnded(address indexed publisher, bytes32 indexed fingerprint, uint40 until);

    /// @notice The version is registered already; a version, once registered, never changes.
    error VersionExists(ReleaseId releaseId);

    /// @notice The release would get the sequence number `actual`, not the expected one.
    error SequenceMismatch(uint40 expected, uint40 actual);

    /// @notice The account is not the publisher's authority at that index, now, or may not do this.
    error NotAuthorized(address publisher, address account, uint32 index);

    /// @notice The release is revoked for a reason that this call cannot change.
    error AlreadyRevoked(ReleaseId releaseId, uint8 reason);

    /// @notice There is no such reason of revocation.
    error InvalidReason(uint8 reason);

    /// @notice A successor is named, and the reason is not `superseded`.
    error InvalidSuccessor(bytes32 successor);

    /// @notice A name has 1 to 128 bytes.
    error InvalidNameLength(uint256 length);

    /// @notice A version has 1 to 64 bytes.
    error InvalidVersionLength(uint256 length);

    /// @notice There is no such role.
    error InvalidRole(uint8 role);

    /// @notice That address can not be an authority.
    error InvalidAccount(address account);

    /// @notice An algorithm's number is not 0.
    error InvalidAlgorithm(uint8 algorithm);

    /// @notice `until` is only ever lowered.
    error UntilNotLowered(uint40 current, uint40 requested);

    /// @notice What is added must be valid for a while.
    error UntilInPast(uint40 until);

    /// @notice Nothing was written at that index.
    error UnknownAuthority(address publisher, uint32 index);

    /// @notice The publisher has no such signing key.
    error UnknownSigningKey(address publisher, bytes32 fingerprint);

    /// @notice The publisher has that signing key already; a key is added once.
    error SigningKeyExists(address publisher, bytes32 fingerprint);

    /// @notice Registers a release on behalf of its publisher, by the sender as an authority.
    /// @param statement What is released.
    /// @param authorityIndex Where the sender stands among the publisher's authorities.
    /// @return releaseId `keccak256(abi.encode(publisher, name, version))`.
    function register(ReleaseStatement calldata statement, uint32 authorityIndex)
        external
        returns (ReleaseId releaseId);

    /// @notice Registers a release that an authority has signed; anyone may submit it. Registering
    /// once is the guard against replay.
    /// @param statement What is released.
    /// @param authorization The authority's EIP-712 signature of `Release`.
    /// @return releaseId `keccak256(abi.encode(publisher, name, version))`.
    function registerFor(ReleaseStatement calldata statement, Authorization calldata authorization)
        external
        returns (ReleaseId releaseId);

    /// @notice Revokes a release, by the sender as an owner. `superseded` may be raised to another
    /// reason later; every other reason is final. A release that is not there is closed for good.
    /// @param statement What is revoked, and why.
    /// @param authorityIndex Where the sender stands among the publisher's authorities.
    function revoke(RevocationStatement calldata statement, uint32 authorityIndex) external;

    /// @notice Revokes a release as an owner has signed it; anyone may submit it.
    /// @param statement What is revoked, and why.
    /// @param authorization The owner's EIP-712 signature of `Revocation`.
    function revokeFor(RevocationStatement calldata statement, Authorization calldata authorization)
        external;

    /// @notice Adds an authority, valid from now on, by the sender as an owner.
    /// @param publisher Whose authority.
    /// @param ownerIndex Where the sender stands among the publisher's authorities.
    /// @param account The new authority: any address but 0.
    /// @param role 1 owner, 2 delegate (registers only).
    /// @param until The second at which its validity is over; in the future.
    /// @return index Where the new authority stands.
    function addAuthority(
        address publisher,
        uint32 ownerIndex,
        address account,
        uint8 role,
        uint40 until
    ) external returns (uint32 index);

    /// @notice Lowers the end of an authority, by the sender as an owner. An end in the past is
    /// distrust: releases registered since then no longer count.
    /// @param publisher Whose authority.
    /// @param ownerIndex Where the sender stands among the publisher's authorities.
    /// @param index The authority to end; 0 is the identity itself.
    /// @param until The new end, lower than the current one.
    function endAuthority(address publisher, uint32 ownerIndex, uint32 index, uint40 until) external;

    /// @notice Adds a signing key, valid from now on, by the sender as an owner.
    /// @param publisher Whose key.
    /// @param ownerIndex Where the sender stands among the publisher's authorities.
    /// @param fingerprint sha256 of the key's SubjectPublicKeyInfo.
    /// @param algorithm Which algorithm the key is for; not 0.
    /// @param until The second at which its validity is over; in the future.
    function addSigningKey(
        address publisher,
        uint32 ownerIndex,
        bytes32 fingerprint,
        uint8 algorithm,
        uint40 until
    ) external;

    /// @notice Lowers the end of a signing key, also to a time in the past, by the sender as an
    /// owner.
    /// @param publisher Whose key.
    /// @param ownerIndex Where the sender stands among the publisher's authorities.
    /// @param fingerprint The key's fingerprint.
    /// @param until The new end, lower than the current one.
    function endSigningKey(address publisher, uint32 ownerIndex, bytes32 fingerprint, uint40 until)
        external;

    /// @notice Tells whether a file belongs to a release that is registered, not revoked for any
    /// reason, and whose authority counts at the time of registration.
    /// @param publisher The identity under which the name lives.
    /// @param name The model's name.
    /// @param version The release's version.
    /// @param manifestHash sha256 of the release manifest.
    /// @param path The file's path in the artifact.
    /// @param size The file's length in bytes.
    /// @param digest The file's digest as a multihash.
    /// @param proof The siblings from the file's leaf up to the artifact root.
    /// @return valid Whether all of this holds.
    function verifyFile(
        address publisher,
        string calldata name,
        string calldata version,
        bytes32 manifestHash,
        string calldata path,
        uint64 size,
        bytes calldata digest,
        bytes32[] calldata proof
    ) external view returns (bool valid);

    /// @notice Returns both words of a release; zeros: nothing there.
    /// @param releaseId Which release.
    /// @return commitment The content word; 0 if nothing was ever registered.
    /// @return word The state.
    function release(ReleaseId releaseId)
        external
        view
        returns (bytes32 commitment, ReleaseWord word);

    /// @notice Returns the newest sequence number and the hash chain of a model; 0: no release yet.
    /// @param modelId Which model.
    /// @return word The head.
    function head(ModelId modelId) external view returns (HeadWord word);

    /// @notice Returns an authority as stored; 0: unwritten, which at index 0 means the identity
    /// itself as an owner, always.
    /// @param publisher Whose authority.
    /// @param index Which one.
    /// @return word The authority.
    function authority(address publisher, uint256 index) external view returns (AuthorityWord word);

    /// @notice Returns how many authorities were added; the newest stands at this index.
    /// @param publisher Whose authorities.
    /// @return count The highest index that was added.
    function authorityCount(address publisher) external view returns (uint32 count);

    /// @notice Returns a signing key; 0: unknown.
    /// @param publisher Whose key.
    /// @param fingerprint sha256 of the key's SubjectPublicKeyInfo.
    /// @return word The key's state.
    function signingKey(address publisher, bytes32 fingerprint)
        external
        view
        returns (SigningKeyWord word);

    /// @notice Returns what an authority signs to have a release registered by somebody else.
    /// @param statement What is released.
    /// @param deadline The last block time at which the signature counts.
    /// @return digest The EIP-712 digest of `Release`.
    function releaseDigest(ReleaseStatement calldata statement, uint256 deadline)
        external
        view
        returns (bytes32 digest);

    /// @notice Returns what an owner signs to have a release revoked by somebody else.
    /// @param statement What is revoked, and why.
    /// @param deadline The last block time at which the signature counts.
    /// @return digest The EIP-712 digest of `Revocation`.
    function revocationDigest(RevocationStatement calldata statement, uint256 deadline)
        external
        view
        returns (bytes32 digest);
}
