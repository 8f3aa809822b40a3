// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IModelRegistry} from "contracts/interfaces/IModelRegistry.sol";
import {AuthorityWord} from "contracts/types/AuthorityWord.sol";
import {HeadWord} from "contracts/types/HeadWord.sol";
import {ModelId, ReleaseId} from "contracts/types/Identifiers.sol";
import {ReleaseWord} from "contracts/types/ReleaseWord.sol";
import {Authorization, ReleaseStatement, RevocationStatement} from "contracts/types/Statements.sol";

import {BaseTest} from "./BaseTest.sol";

/// @dev What every test of the registry starts from: a publisher with a key, and one model.
abstract contract RegistryTest is BaseTest {
    uint40 internal constant FOREVER = type(uint40).max;
    uint40 internal constant YEAR = 365 days;

    uint8 internal constant OWNER = 1;
    uint8 internal constant DELEGATE = 2;

    uint8 internal constant WITHDRAWN = 1;
    uint8 internal constant VULNERABLE = 2;
    uint8 internal constant COMPROMISED = 3;
    uint8 internal constant SUPERSEDED = 4;

    string internal constant NAME = "acme/sentiment-small-en1";
    string internal constant VERSION = "1.0.0";
    bytes32 internal constant ROOT = keccak256("artifact root");
    bytes32 internal constant MANIFEST_HASH = keccak256("manifest hash");

    uint256 internal constant PUBLISHER_KEY = 0xA11CE;

    address internal immutable publisher = vm.addr(PUBLISHER_KEY);

    IModelRegistry internal registry;

    function setUp() public virtual override {
        super.setUp();
        registry = newRegistry();
    }

    function newRegistry() internal returns (IModelRegistry) {
        return IModelRegistry(deploy("ModelRegistry.sol"));
    }

    function releaseStatement() internal view returns (ReleaseStatement memory) {
        return ReleaseStatement({
            publisher: publisher,
            name: NAME,
            version: VERSION,
            artifactRoot: ROOT,
            manifestHash: MANIFEST_HASH,
            manifestCid: abi.encodePacked(hex"01551220", MANIFEST_HASH),
            expectedSequence: 0
        });
    }

    function releaseStatement(string memory version)
        internal
        view
        returns (ReleaseStatement memory statement)
    {
        statement = releaseStatement();
        statement.version = version;
    }

    function revocationStatement(uint8 reason) internal view returns (RevocationStatement memory) {
        return RevocationStatement({
            publisher: publisher, name: NAME, version: VERSION, reason: reason, successor: 0
        });
    }

    function register() internal returns (ReleaseId) {
        return register(VERSION);
    }

    function register(string memory version) internal returns (ReleaseId) {
        vm.prank(publisher);
        return registry.register(releaseStatement(version), 0);
    }

    function revoke(uint8 reason) internal {
        vm.prank(publisher);
        registry.revoke(revocationStatement(reason), 0);
    }

    function addAuthority(address account, uint8 role, uint40 until) internal returns (uint32) {
        vm.prank(publisher);
        return registry.addAuthority(publisher, 0, account, role, until);
    }

    function endAuthority(uint32 index, uint40 until) internal {
        vm.prank(publisher);
        registry.endAuthority(publisher, 0, index, until);
    }

    function authorize(uint256 key, ReleaseStatement memory statement, uint256 deadline)
        internal
        view
        returns (Authorization memory)
    {
        bytes32 digest = registry.releaseDigest(statement, deadline);
        return Authorization(vm.addr(key), 0, deadline, signatureOf(key, digest));
    }

    function authorize(uint256 key, RevocationStatement memory statement, uint256 deadline)
        internal
        view
        returns (Authorization memory)
    {
        bytes32 digest = registry.revocationDigest(statement, deadline);
        return Authorization(vm.addr(key), 0, deadline, signatureOf(key, digest));
    }

    function releaseIdOf(string memory version) internal view returns (ReleaseId) {
        return ReleaseId.wrap(keccak256(abi.encode(publisher, NAME, version)));
    }

    function modelId() internal view returns (ModelId) {
        return ModelId.wrap(keccak256(abi.encode(publisher, NAME)));
    }

    function wordOf(ReleaseId releaseId) internal view returns (ReleaseWord word) {
        (, word) = registry.release(releaseId);
    }

    function commitmentOf(bytes32 artifactRoot, bytes32 manifestHash)
        internal
        pure
        returns (bytes32)
    {
        bytes32 typeHash = keccak256("Commitment(bytes32 artifactRoot,bytes32 manifestHash)");
        return keccak256(abi.encode(typeHash, artifactRoot, manifestHash));
    }

    function expectNotAuthorized(address account, uint32 index) internal {
        vm.expectRevert(
            abi.encodeWithSelector(IModelRegistry.NotAuthorized.selector, publisher, account, index)
        );
    }

    function expectAlreadyRevoked(ReleaseId releaseId, uint8 reason) internal {
        expectRevert(
            IModelRegistry.AlreadyRevoked.selector, uint256(ReleaseId.unwrap(releaseId)), reason
        );
    }

    function text(uint256 length) internal pure returns (string memory) {
        bytes memory characters = new bytes(length);
        for (uint256 i = 0; i < length; i++) {
            characters[i] = "a";
        }
        return string(characters);
    }

    function raw(ReleaseId value) internal pure returns (bytes32) {
        return ReleaseId.unwrap(value);
    }

    function raw(ReleaseWord value) internal pure returns (uint256) {
        return ReleaseWord.unwrap(value);
    }

    function raw(HeadWord value) internal pure returns (uint256) {
        return HeadWord.unwrap(value);
    }

    function raw(AuthorityWord value) internal pure returns (uint256) {
        return AuthorityWord.unwrap(value);
    }
}
