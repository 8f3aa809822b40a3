// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {ReleaseId} from "contracts/types/Identifiers.sol";
import {REASON_SUPERSEDED, ReleaseWord, STATUS_REVOKED} from "contracts/types/ReleaseWord.sol";

import {Act, RegistryProof} from "./RegistryProof.sol";

/// @dev A revocation never ends, and only `superseded` gives way to another reason.
contract RevocationProof is RegistryProof {
    ReleaseId private _releaseId;
    ReleaseWord private _word;

    function _observe(Act memory) internal override {
        _releaseId = ReleaseId.wrap(bytes32(vm.randomUint()));
        (, _word) = registry.release(_releaseId);
        vm.assume(_word.status() == STATUS_REVOKED);
    }

    function _compare(Act memory) internal view override {
        (, ReleaseWord word) = registry.release(_releaseId);
        assert(word.status() == STATUS_REVOKED);
        if (_word.reason() != REASON_SUPERSEDED) {
            assert(ReleaseWord.unwrap(word) == ReleaseWord.unwrap(_word));
        }
    }
}
