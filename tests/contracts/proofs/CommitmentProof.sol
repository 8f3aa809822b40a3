// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {ReleaseId} from "contracts/types/Identifiers.sol";
import {ReleaseWord} from "contracts/types/ReleaseWord.sol";

import {Act, RegistryProof} from "./RegistryProof.sol";

/// @dev A commitment never changes, nor do its time, its sequence number and its authority.
contract CommitmentProof is RegistryProof {
    ReleaseId private _releaseId;
    bytes32 private _commitment;
    ReleaseWord private _word;

    function _observe(Act memory) internal override {
        _releaseId = ReleaseId.wrap(bytes32(vm.randomUint()));
        (_commitment, _word) = registry.release(_releaseId);
        vm.assume(_word.registeredAt() != 0);
    }

    function _compare(Act memory) internal view override {
        (bytes32 commitment, ReleaseWord word) = registry.release(_releaseId);
        assert(commitment == _commitment);
        assert(word.registeredAt() == _word.registeredAt());
        assert(word.sequence() == _word.sequence());
        assert(word.authorityIndex() == _word.authorityIndex());
    }
}
