// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {ModelRegistry} from "contracts/ModelRegistry.sol";
import {AuthorityWord, identityAuthority} from "contracts/types/AuthorityWord.sol";
import {ReleaseId} from "contracts/types/Identifiers.sol";
import {ReleaseWord} from "contracts/types/ReleaseWord.sol";
import {SigningKeyWord} from "contracts/types/SigningKeyWord.sol";
import {ReleaseStatement, RevocationStatement} from "contracts/types/Statements.sol";

import {RegistryTest} from "./RegistryTest.sol";

/// @dev Acts on the registry at random, and writes down what succeeded. Its accounts, versions and
/// keys are few, so that what it does meets what it did before.
contract RegistryHandler is RegistryTest {
    uint256 public constant VERSIONS = 12;
    uint256 public constant KEYS = 4;

    struct Registered {
        ReleaseId releaseId;
        bytes32 commitment;
        ReleaseWord word;
    }

    struct Revoked {
        ReleaseId releaseId;
        uint8 reason;
    }

    Registered[] public registered;
    bool[] public wasAllowed;
    Revoked[] public revoked;
    ReleaseId[] public tombstones;
    mapping(uint32 index => AuthorityWord) public firstAuthority;
    mapping(uint32 index => uint40) public lowestEnd;
    mapping(bytes32 fingerprint => SigningKeyWord) public firstKey;
    mapping(bytes32 fingerprint => uint40) public lowestKeyEnd;
    uint256 public addedCount;
    uint256 public strangersSuccesses;
    uint40 private _now = START;

    constructor(ModelRegistry target) {
        registry = target;
        firstAuthority[0] = identityAuthority(publisher);
        lowestEnd[0] = FOREVER;
    }

    function setUp() public override {}

    function registeredCount() external view returns (uint256) {
        return registered.length;
    }

    function revokedCount() external view returns (uint256) {
        return revoked.length;
    }

    function tombstoneCount() external view returns (uint256) {
        return tombstones.length;
    }

    function passTime(uint8 time) external {
        _now += time;
        vm.warp(_now);
    }

    function registers(uint32 index, uint8 version, bytes32 artifactRoot) external {
        index = _index(index);
        ReleaseStatement memory statement = releaseStatement(vm.toString(version % VERSIONS));
        statement.artifactRoot = artifactRoot;
        AuthorityWord authority = _authority(index);
        bool allowed = authority.from() <= _now && _now < authority.until();
        vm.prank(authority.account());
        try registry.register(statement, index) returns (ReleaseId releaseId) {
            (bytes32 commitment, ReleaseWord word) = registry.release(releaseId);
            registered.push(Registered(releaseId, commitment, word));
            wasAllowed.push(allowed);
        } catch {}
    }

    function revokes(uint32 index, uint8 version, uint8 reason) external {
        index = _index(index);
        RevocationStatement memory statement = revocationStatement(reason % 6);
        statement.version = vm.toString(version % VERSIONS);
        ReleaseId releaseId = releaseIdOf(statement.version);
        bool isUnregistered = wordOf(releaseId).registeredAt() == 0;
        vm.prank(_authority(index).account());
        try registry.revoke(statement, index) {
            revoked.push(Revoked(releaseId, statement.reason));
            if (isUnregistered) tombstones.push(releaseId);
        } catch {}
    }

    function addsAuthority(uint32 ownerIndex, uint8 account, bool owner, uint16 lifetime) external {
        ownerIndex = _index(ownerIndex);
        (uint8 role, uint40 until) = (owner ? OWNER : DELEGATE, _now + lifetime);
        vm.prank(_authority(ownerIndex).account());
        try registry.addAuthority(publisher, ownerIndex, _account(account), role, until) returns (
            uint32 index
        ) {
            addedCount++;
            firstAuthority[index] = registry.authority(publisher, index);
            lowestEnd[index] = until;
        } catch {}
    }

    function endsAuthority(uint32 ownerIndex, uint32 index, uint16 later) external {
        (ownerIndex, index) = (_index(ownerIndex), _index(index));
        uint40 until = START + later % 8000;
        vm.prank(_authority(ownerIndex).account());
        try registry.endAuthority(publisher, ownerIndex, index, until) {
            if (until < lowestEnd[index]) lowestEnd[index] = until;
        } catch {}
    }

    function addsKey(uint32 ownerIndex, uint8 key, uint8 algorithm, uint40 until) external {
        ownerIndex = _index(ownerIndex);
        bytes32 fingerprint = bytes32(key % KEYS);
        vm.prank(_authority(ownerIndex).account());
        try registry.addSigningKey(publisher, ownerIndex, fingerprint, algorithm, until) {
            if (lowestKeyEnd[fingerprint] != 0) return;
            firstKey[fingerprint] = registry.signingKey(publisher, fingerprint);
            lowestKeyEnd[fingerprint] = until;
        } catch {}
    }

    function endsKey(uint32 ownerIndex, uint8 key, uint16 later) external {
        ownerIndex = _index(ownerIndex);
        bytes32 fingerprint = bytes32(key % KEYS);
        uint40 until = START + later % 8000;
        vm.prank(_authority(ownerIndex).account());
        try registry.endSigningKey(publisher, ownerIndex, fingerprint, until) {
            if (until < lowestKeyEnd[fingerprint]) lowestKeyEnd[fingerprint] = until;
        } catch {}
    }

    /// @dev A stranger, who is nobody's authority, tries every way to write.
    function strangerTries(uint8 way, uint32 index, uint8 version) external {
        address stranger = address(0x57A46E4);
        string memory wanted = vm.toString(version % VERSIONS);
        RevocationStatement memory revocation = revocationStatement(WITHDRAWN);
        revocation.version = wanted;
        bytes[5] memory calls = [
            abi.encodeCall(registry.register, (releaseStatement(wanted), index)),
            abi.encodeCall(registry.revoke, (revocation, index)),
            abi.encodeCall(registry.addAuthority, (publisher, index, stranger, OWNER, FOREVER)),
            abi.encodeCall(registry.endAuthority, (publisher, index, 0, 0)),
            abi.encodeCall(registry.addSigningKey, (publisher, index, "key", 1, FOREVER))
        ];
        vm.prank(stranger);
        (bool success,) = address(registry).call(calls[way % 5]);
        if (success) strangersSuccesses++;
    }

    function _index(uint32 seed) private view returns (uint32) {
        return seed % (registry.authorityCount(publisher) + 1);
    }

    function _authority(uint32 index) private view returns (AuthorityWord word) {
        word = registry.authority(publisher, index);
        if (raw(word) == 0) word = identityAuthority(publisher);
    }

    function _account(uint8 seed) private view returns (address) {
        address[4] memory accounts = [publisher, other, relayer, address(0xACC0)];
        return accounts[seed % 4];
    }
}
