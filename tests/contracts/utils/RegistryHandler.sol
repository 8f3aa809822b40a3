// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IModelRegistry} from "contracts/interfaces/IModelRegistry.sol";
import {AuthorityWord, identityAuthority} from "contracts/types/AuthorityWord.sol";
import {ReleaseId} from "contracts/types/Identifiers.sol";
import {ReleaseWord} from "contracts/types/ReleaseWord.sol";
import {SigningKeyWord} from "contracts/types/SigningKeyWord.sol";
import {ReleaseStatement, RevocationStatement} from "contracts/types/Statements.sol";

import {RegistryActors} from "./RegistryActors.sol";

/// @dev Acts on the registry at random, by everybody, directly and by signatures, and writes down
/// what was seen first, or must be seen ever after.
contract RegistryHandler is RegistryActors {
    uint256 public constant VERSIONS = 12;
    uint256 public constant KEYS = 4;
    uint256 private constant REASONS = 6;

    /// @dev What a release was when it was registered.
    struct Registered {
        ReleaseId releaseId;
        bytes32 commitment;
        ReleaseWord word;
    }

    /// @dev What was revoked, for which reason first, and whether nothing was registered there.
    struct Revoked {
        ReleaseId releaseId;
        uint8 reason;
        bool isTombstone;
    }

    mapping(address publisher => Registered[]) private _registered;
    Revoked[] private _revoked;
    mapping(address publisher => AuthorityWord[]) private _authorities;
    mapping(address publisher => mapping(uint256 index => uint40)) public lowestEnd;
    mapping(address publisher => mapping(bytes32 fingerprint => SigningKeyWord)) public firstKey;
    mapping(address publisher => mapping(bytes32 fingerprint => uint40)) public lowestKeyEnd;

    constructor(IModelRegistry target) RegistryActors(target) {
        for (uint256 i = 0; i < PUBLISHERS; i++) {
            _authorities[publisherAt(i)].push(identityAuthority(publisherAt(i)));
            lowestEnd[publisherAt(i)][0] = FOREVER;
        }
    }

    function registered(address owner) external view returns (Registered[] memory) {
        return _registered[owner];
    }

    function revoked() external view returns (Revoked[] memory) {
        return _revoked;
    }

    function authorities(address owner) external view returns (AuthorityWord[] memory) {
        return _authorities[owner];
    }

    function passesTime(uint256 seed) external choosing(seed) {
        time += uint40(_choose(300));
        vm.warp(time);
    }

    function registers(uint256 seed) external choosing(seed) {
        Actor memory by = _chooseActor();
        ReleaseStatement memory statement = releaseStatement(vm.toString(_choose(VERSIONS)));
        (statement.publisher, statement.artifactRoot) = (by.publisher, bytes32(seed));
        if (_choose(4) == 0) statement.expectedSequence = uint40(_choose(VERSIONS));
        bytes memory call = abi.encodeCall(registry.register, (statement, by.index));
        if (by.signs) {
            bytes32 digest = registry.releaseDigest(statement, time);
            call = abi.encodeCall(registry.registerFor, (statement, _sign(by, digest, time)));
        }
        if (!_act(by, call, false)) return;
        ReleaseId releaseId = _idOf(by.publisher, statement.version);
        (bytes32 commitment, ReleaseWord word) = registry.release(releaseId);
        _registered[by.publisher].push(Registered(releaseId, commitment, word));
    }

    function revokes(uint256 seed) external choosing(seed) {
        Actor memory by = _chooseActor();
        RevocationStatement memory statement = revocationStatement(uint8(_choose(REASONS)));
        statement.publisher = by.publisher;
        statement.version = vm.toString(_choose(VERSIONS));
        bytes memory call = abi.encodeCall(registry.revoke, (statement, by.index));
        if (by.signs) {
            bytes32 digest = registry.revocationDigest(statement, time);
            call = abi.encodeCall(registry.revokeFor, (statement, _sign(by, digest, time)));
        }
        ReleaseId releaseId = _idOf(by.publisher, statement.version);
        bool isTombstone = wordOf(releaseId).registeredAt() == 0;
        if (!_act(by, call, true)) return;
        _revoked.push(Revoked(releaseId, statement.reason, isTombstone));
    }

    function addsAuthority(uint256 seed) external choosing(seed) {
        Actor memory by = _chooseOwner();
        address account = _chooseAccount();
        uint8 role = uint8(OWNER + _choose(3));
        uint40 until = time + uint40(_choose(8000));
        if (!_act(
                by,
                abi.encodeCall(
                    registry.addAuthority, (by.publisher, by.index, account, role, until)
                ),
                true
            )) return;
        uint256 index = _authorities[by.publisher].length;
        _authorities[by.publisher].push(registry.authority(by.publisher, index));
        lowestEnd[by.publisher][index] = until;
    }

    function endsAuthority(uint256 seed) external choosing(seed) {
        Actor memory by = _chooseOwner();
        uint32 index = uint32(_choose(_authorities[by.publisher].length + 1));
        uint40 until = time + 4000 - uint40(_choose(8000));
        // Identities live longer: without one, little else can happen.
        if (index == 0 && _choose(8) != 0) return;
        if (!_act(
                by,
                abi.encodeCall(registry.endAuthority, (by.publisher, by.index, index, until)),
                true
            )) return;
        if (until < lowestEnd[by.publisher][index]) lowestEnd[by.publisher][index] = until;
    }

    function addsKey(uint256 seed) external choosing(seed) {
        Actor memory by = _chooseOwner();
        (bytes32 key, uint8 algorithm) = (bytes32(_choose(KEYS)), uint8(_choose(7)));
        uint40 until = time + uint40(_choose(8000));
        if (!_act(
                by,
                abi.encodeCall(
                    registry.addSigningKey, (by.publisher, by.index, key, algorithm, until)
                ),
                true
            )) return;
        if (lowestKeyEnd[by.publisher][key] != 0) return;
        firstKey[by.publisher][key] = registry.signingKey(by.publisher, key);
        lowestKeyEnd[by.publisher][key] = until;
    }

    function endsKey(uint256 seed) external choosing(seed) {
        Actor memory by = _chooseOwner();
        bytes32 key = bytes32(_choose(KEYS));
        uint40 until = time + 4000 - uint40(_choose(8000));
        if (!_act(
                by,
                abi.encodeCall(registry.endSigningKey, (by.publisher, by.index, key, until)),
                true
            )) return;
        if (until < lowestKeyEnd[by.publisher][key]) lowestKeyEnd[by.publisher][key] = until;
    }

    /// @dev Ether comes with a call that would do, or with none.
    function sendsEther(uint256 seed) external choosing(seed) {
        address account = _chooseAccount();
        ReleaseStatement memory statement = releaseStatement(vm.toString(seed));
        statement.publisher = account;
        bytes memory call = abi.encodeCall(registry.register, (statement, 0));
        vm.deal(account, 1 ether);
        vm.prank(account);
        (bool success,) =
            address(registry).call{value: 1 + _choose(1 ether)}(_choose(2) == 0 ? call : bytes(""));
        if (success) acceptedEther++;
    }

    /// @dev What is not registered or revoked for somebody else is sent by the actor itself.
    function _chooseOwner() private returns (Actor memory by) {
        by = _chooseActor();
        by.signs = false;
    }

    function _idOf(address owner, string memory version) private pure returns (ReleaseId) {
        return ReleaseId.wrap(keccak256(abi.encode(owner, NAME, version)));
    }
}
