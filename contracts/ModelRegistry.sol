// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {SignedStatements} from "./SignedStatements.sol";
import {IModelRegistry} from "./interfaces/IModelRegistry.sol";
import {Artifacts} from "./libraries/Artifacts.sol";
import {Authorities} from "./libraries/Authorities.sol";
import {Bounds} from "./libraries/Bounds.sol";
import {Signatures} from "./libraries/Signatures.sol";
import {TypedData} from "./libraries/TypedData.sol";
import {AuthorityWord, ROLE_DELEGATE, ROLE_OWNER, newAuthority} from "./types/AuthorityWord.sol";
import {HeadWord} from "./types/HeadWord.sol";
import {ModelId, ReleaseId, modelIdOf, releaseIdOf} from "./types/Identifiers.sol";
import {
    REASON_SUPERSEDED,
    ReleaseWord,
    STATUS_REGISTERED,
    STATUS_REVOKED,
    newRelease
} from "./types/ReleaseWord.sol";
import {SigningKeyWord, newSigningKey} from "./types/SigningKeyWord.sol";
import {Authorization, ReleaseStatement, RevocationStatement} from "./types/Statements.sol";

/// @title Weightmark's registry of model releases
/// @notice The document is {IModelRegistry}. No owner, proxy, fee or pause, and no value in the code
/// that depends on the chain: the runtime code, and with it the address, is the same everywhere.
contract ModelRegistry is IModelRegistry, SignedStatements {
    using Artifacts for bytes32;
    using Authorities for mapping(address => mapping(uint256 => AuthorityWord));
    using Signatures for Authorization;
    using TypedData for ReleaseStatement;
    using TypedData for RevocationStatement;
    using Bounds for ReleaseStatement;

    /// @notice What is stored of a release.
    /// @param commitment The content word; 0 under a tombstone.
    /// @param word The state.
    struct Release {
        bytes32 commitment;
        ReleaseWord word;
    }

    // Slots 0 to 4, in this order: storage proofs are read by them.
    mapping(ReleaseId releaseId => Release) private _releases;
    mapping(ModelId modelId => HeadWord) private _heads;
    mapping(address publisher => mapping(uint256 index => AuthorityWord)) private _authorities;
    mapping(address publisher => uint32 count) private _authorityCounts;
    mapping(address publisher => mapping(bytes32 fingerprint => SigningKeyWord)) private
        _signingKeys;

    /// @inheritdoc IModelRegistry
    function register(ReleaseStatement calldata statement, uint32 authorityIndex)
        external
        returns (ReleaseId)
    {
        // Whoever is an authority may register: its role is not asked for.
        // slither-disable-next-line unused-return
        _authorities.check(statement.publisher, authorityIndex, msg.sender);
        return _register(statement, authorityIndex);
    }

    /// @inheritdoc IModelRegistry
    function registerFor(ReleaseStatement calldata statement, Authorization calldata authorization)
        external
        returns (ReleaseId)
    {
        uint32 authorityIndex = authorization.authorityIndex;
        // As in {register}.
        // slither-disable-next-line unused-return
        _authorities.check(statement.publisher, authorityIndex, authorization.signer);
        authorization.check(statement.digest(authorization.deadline));
        return _register(statement, authorityIndex);
    }

    /// @inheritdoc IModelRegistry
    function revoke(RevocationStatement calldata statement, uint32 authorityIndex) external {
        _authorities.checkOwner(statement.publisher, authorityIndex, msg.sender);
        _revoke(statement);
    }

    /// @inheritdoc IModelRegistry
    function revokeFor(RevocationStatement calldata statement, Authorization calldata authorization)
        external
    {
        _authorities.checkOwner(
            statement.publisher, authorization.authorityIndex, authorization.signer
        );
        authorization.check(statement.digest(authorization.deadline));
        _revoke(statement);
    }

    /// @inheritdoc IModelRegistry
    function addAuthority(
        address publisher,
        uint32 ownerIndex,
        address account,
        uint8 role,
        uint40 until
    ) external returns (uint32 index) {
        _authorities.checkOwner(publisher, ownerIndex, msg.sender);
        if (account == address(0)) revert InvalidAccount(account);
        if (role != ROLE_OWNER && role != ROLE_DELEGATE) revert InvalidRole(role);
        // Validity is a matter of block time, in seconds; a proposer's leeway is a few of them.
        // slither-disable-next-line timestamp
        if (until <= block.timestamp) revert UntilInPast(until);
        index = ++_authorityCounts[publisher];
        uint40 from = _now();
        _authorities[publisher][index] = newAuthority(account, from, until, role);
        emit AuthorityAdded(publisher, index, account, role, from, until);
    }

    /// @inheritdoc IModelRegistry
    function endAuthority(address publisher, uint32 ownerIndex, uint32 index, uint40 until)
        external
    {
        _authorities.checkOwner(publisher, ownerIndex, msg.sender);
        AuthorityWord word = _authorities.effective(publisher, index);
        if (word.isEmpty()) revert UnknownAuthority(publisher, index);
        if (until >= word.until()) revert UntilNotLowered(word.until(), until);
        _authorities[publisher][index] = word.ending(until);
        emit AuthorityEnded(publisher, index, until);
    }

    /// @inheritdoc IModelRegistry
    function addSigningKey(
        address publisher,
        uint32 ownerIndex,
        bytes32 fingerprint,
        uint8 algorithm,
        uint40 until
    ) external {
        _authorities.checkOwner(publisher, ownerIndex, msg.sender);
        if (algorithm == 0) revert InvalidAlgorithm(algorithm);
        // As in {addAuthority}.
        // slither-disable-next-line timestamp
        if (until <= block.timestamp) revert UntilInPast(until);
        if (!_signingKeys[publisher][fingerprint].isEmpty()) {
            revert SigningKeyExists(publisher, fingerprint);
        }
        uint40 from = _now();
        _signingKeys[publisher][fingerprint] = newSigningKey(from, until, algorithm);
        emit SigningKeyAdded(publisher, fingerprint, algorithm, from, until);
    }

    /// @inheritdoc IModelRegistry
    function endSigningKey(address publisher, uint32 ownerIndex, bytes32 fingerprint, uint40 until)
        external
    {
        _authorities.checkOwner(publisher, ownerIndex, msg.sender);
        SigningKeyWord word = _signingKeys[publisher][fingerprint];
        if (word.isEmpty()) revert UnknownSigningKey(publisher, fingerprint);
        if (until >= word.until()) revert UntilNotLowered(word.until(), until);
        _signingKeys[publisher][fingerprint] = word.ending(until);
        emit SigningKeyEnded(publisher, fingerprint, until);
    }

    /// @inheritdoc IModelRegistry
    function verifyFile(
        address publisher,
        string calldata name,
        string calldata version,
        bytes32 manifestHash,
        string calldata path,
        uint64 size,
        bytes calldata digest,
        bytes32[] calldata proof
    ) external view returns (bool) {
        return _currentCommitment(publisher, name, version)
            == Artifacts.commitment(Artifacts.leaf(path, size, digest).root(proof), manifestHash);
    }

    /// @inheritdoc IModelRegistry
    function release(ReleaseId releaseId) external view returns (bytes32, ReleaseWord) {
        Release storage stored = _releases[releaseId];
        return (stored.commitment, stored.word);
    }

    /// @inheritdoc IModelRegistry
    function head(ModelId modelId) external view returns (HeadWord) {
        return _heads[modelId];
    }

    /// @inheritdoc IModelRegistry
    function authority(address publisher, uint256 index) external view returns (AuthorityWord) {
        return _authorities[publisher][index];
    }

    /// @inheritdoc IModelRegistry
    function authorityCount(address publisher) external view returns (uint32) {
        return _authorityCounts[publisher];
    }

    /// @inheritdoc IModelRegistry
    function signingKey(address publisher, bytes32 fingerprint)
        external
        view
        returns (SigningKeyWord)
    {
        return _signingKeys[publisher][fingerprint];
    }

    /// @inheritdoc IModelRegistry
    function releaseDigest(ReleaseStatement calldata statement, uint256 deadline)
        external
        view
        returns (bytes32)
    {
        return statement.digest(deadline);
    }

    /// @inheritdoc IModelRegistry
    function revocationDigest(RevocationStatement calldata statement, uint256 deadline)
        external
        view
        returns (bytes32)
    {
        return statement.digest(deadline);
    }

    function _register(ReleaseStatement calldata statement, uint32 authorityIndex)
        private
        returns (ReleaseId releaseId)
    {
        statement.check();
        releaseId = releaseIdOf(statement.publisher, statement.name, statement.version);
        Release storage stored = _releases[releaseId];
        _checkFree(releaseId, stored.word);
        ModelId modelId = modelIdOf(statement.publisher, statement.name);
        HeadWord current = _heads[modelId];
        uint40 sequence = current.sequence() + 1;
        if (statement.expectedSequence != 0 && statement.expectedSequence != sequence) {
            revert SequenceMismatch(statement.expectedSequence, sequence);
        }
        bytes32 commitment = Artifacts.commitment(statement.artifactRoot, statement.manifestHash);
        ReleaseWord word = newRelease(_now(), sequence, authorityIndex);
        stored.commitment = commitment;
        stored.word = word;
        _heads[modelId] = current.next(releaseId, commitment);
        _emitRegistered(statement, modelId, releaseId, word);
    }

    function _emitRegistered(
        ReleaseStatement calldata statement,
        ModelId modelId,
        ReleaseId releaseId,
        ReleaseWord word
    ) private {
        emit ReleaseRegistered(
            modelId,
            statement.publisher,
            statement.artifactRoot,
            releaseId,
            statement.manifestHash,
            word,
            statement.name,
            statement.version,
            statement.manifestCid
        );
    }

    function _revoke(RevocationStatement calldata statement) private {
        address publisher = statement.publisher;
        string calldata name = statement.name;
        string calldata version = statement.version;
        uint8 reason = statement.reason;
        bytes32 successor = statement.successor;
        Bounds.checkNames(name, version);
        Bounds.checkReason(reason, successor);
        ReleaseId releaseId = releaseIdOf(publisher, name, version);
        Release storage stored = _releases[releaseId];
        ReleaseWord word = stored.word;
        _checkRevocable(releaseId, word, reason);
        stored.word = word.revoked(reason, _now());
        emit ReleaseRevoked(modelIdOf(publisher, name), publisher, releaseId, reason, successor);
    }

    /// @dev Returns 0, which no artifact hashes to, unless the release is registered, not revoked,
    /// and its authority counts at the time of registration.
    function _currentCommitment(address publisher, string calldata name, string calldata version)
        private
        view
        returns (bytes32)
    {
        Release storage stored = _releases[releaseIdOf(publisher, name, version)];
        ReleaseWord word = stored.word;
        if (word.status() != STATUS_REGISTERED) return 0;
        AuthorityWord by = _authorities.effective(publisher, word.authorityIndex());
        return by.isValidAt(word.registeredAt()) ? stored.commitment : bytes32(0);
    }

    function _now() private view returns (uint40) {
        return uint40(block.timestamp);
    }

    /// @dev What was registered never changes; what was closed unregistered stays closed.
    function _checkFree(ReleaseId releaseId, ReleaseWord word) private pure {
        if (word.registeredAt() != 0) revert VersionExists(releaseId);
        if (word.status() == STATUS_REVOKED) revert AlreadyRevoked(releaseId, word.reason());
    }

    /// @dev Only `superseded` gives way, and not to itself: each step is at most once.
    function _checkRevocable(ReleaseId releaseId, ReleaseWord word, uint8 reason) private pure {
        bool final_ = word.reason() != REASON_SUPERSEDED || reason == REASON_SUPERSEDED;
        if (word.status() == STATUS_REVOKED && final_) {
            revert AlreadyRevoked(releaseId, word.reason());
        }
    }
}
