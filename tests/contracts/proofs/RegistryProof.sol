// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {ModelRegistry} from "contracts/ModelRegistry.sol";
import {ModelId, ReleaseId} from "contracts/types/Identifiers.sol";
import {Authorization, ReleaseStatement, RevocationStatement} from "contracts/types/Statements.sol";

import {Vm} from "../utils/Vm.sol";

/// @dev What a call to the registry is allowed to rest on.
/// @param publisher Under whose name it writes.
/// @param account Who acts: the sender, or the signer of an authorization.
/// @param index Where the account claims to stand.
/// @param needsOwner Whether a delegate is not enough.
/// @param isProven Whether the account is known to want exactly this: it sent or signed it.
struct Act {
    address publisher;
    address account;
    uint32 index;
    bool needsOwner;
    bool isProven;
}

/// @dev Proofs by Halmos over the deployed code: from any storage whatsoever, at any time, one call
/// with any arguments keeps a law; so no sequence of calls breaks it. Whoever inherits says what is
/// observed before the call and what must hold after it. A call that reverts proves nothing and
/// breaks nothing. Texts have fixed lengths and any content.
abstract contract RegistryProof {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    uint256 internal constant NAME_LENGTH = 24;
    uint256 internal constant VERSION_LENGTH = 5;
    uint256 private constant CID_LENGTH = 36;
    uint256 private constant DEADLINE = type(uint40).max;

    ModelRegistry internal registry;

    function setUp() public {
        registry = new ModelRegistry();
        vm.setArbitraryStorage(address(registry));
    }

    function check_register(ReleaseStatement memory statement, Act memory act, uint40 time) public {
        _start(act, time);
        (act.publisher, act.needsOwner, act.isProven) = (statement.publisher, false, true);
        _observe(act);
        vm.prank(act.account);
        _compareRegistered(statement, act, registry.register(statement, act.index));
    }

    function check_registerFor(ReleaseStatement memory statement, Act memory act, uint40 time)
        public
    {
        _start(act, time);
        bytes32 digest = registry.releaseDigest(statement, DEADLINE);
        Authorization memory authorization = _authorize(act, digest);
        (act.publisher, act.needsOwner) = (statement.publisher, false);
        _observe(act);
        _compareRegistered(statement, act, registry.registerFor(statement, authorization));
    }

    function check_revoke(RevocationStatement memory statement, Act memory act, uint40 time)
        public
    {
        _start(act, time);
        (act.publisher, act.needsOwner, act.isProven) = (statement.publisher, true, true);
        _observe(act);
        vm.prank(act.account);
        registry.revoke(statement, act.index);
        _compare(act);
    }

    function check_revokeFor(RevocationStatement memory statement, Act memory act, uint40 time)
        public
    {
        _start(act, time);
        bytes32 digest = registry.revocationDigest(statement, DEADLINE);
        Authorization memory authorization = _authorize(act, digest);
        (act.publisher, act.needsOwner) = (statement.publisher, true);
        _observe(act);
        registry.revokeFor(statement, authorization);
        _compare(act);
    }

    function check_addAuthority(
        Act memory act,
        address account,
        uint8 role,
        uint40 until,
        uint40 time
    ) public {
        _startOwner(act, time);
        registry.addAuthority(act.publisher, act.index, account, role, until);
        _compare(act);
    }

    function check_endAuthority(Act memory act, uint32 index, uint40 until, uint40 time) public {
        _startOwner(act, time);
        registry.endAuthority(act.publisher, act.index, index, until);
        _compare(act);
    }

    function check_addSigningKey(
        Act memory act,
        bytes32 fingerprint,
        uint8 algorithm,
        uint40 until,
        uint40 time
    ) public {
        _startOwner(act, time);
        registry.addSigningKey(act.publisher, act.index, fingerprint, algorithm, until);
        _compare(act);
    }

    function check_endSigningKey(Act memory act, bytes32 fingerprint, uint40 until, uint40 time)
        public
    {
        _startOwner(act, time);
        registry.endSigningKey(act.publisher, act.index, fingerprint, until);
        _compare(act);
    }

    /// @dev Chooses anything in the state, and remembers what is there.
    function _observe(Act memory act) internal virtual;

    /// @dev Asserts what must hold of it after the call.
    function _compare(Act memory act) internal view virtual;

    /// @dev Asserts what must hold after a registration.
    function _compareRegistered(ReleaseStatement memory, Act memory act, ReleaseId)
        internal
        view
        virtual
    {
        _compare(act);
    }

    function _modelId(ReleaseStatement memory statement) internal pure returns (ModelId) {
        return ModelId.wrap(keccak256(abi.encode(statement.publisher, statement.name)));
    }

    /// @dev At second 0, and past 40 bits, no chain stands.
    function _start(Act memory act, uint40 time) private {
        vm.assume(time > 0);
        vm.assume(act.account != address(0));
        vm.warp(time);
    }

    function _startOwner(Act memory act, uint40 time) private {
        _start(act, time);
        (act.needsOwner, act.isProven) = (true, true);
        _observe(act);
        vm.prank(act.account);
    }

    function _authorize(Act memory act, bytes32 digest)
        private
        view
        returns (Authorization memory)
    {
        bytes memory signature = vm.randomBytes(65);
        (bytes32 r, bytes32 s) = abi.decode(signature, (bytes32, bytes32));
        act.isProven = ecrecover(digest, uint8(signature[64]), r, s) == act.account;
        return Authorization(act.account, act.index, DEADLINE, signature);
    }
}
