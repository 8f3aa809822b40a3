// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Act, RegistryProof} from "./RegistryProof.sol";

/// @dev Every one of these checks must fail: it shows that the call of the other proofs can succeed,
/// so that what they assert after it is not proven of nothing.
contract ReachableProof is RegistryProof {
    function _observe(Act memory act) internal override {}

    function _compare(Act memory) internal pure override {
        assert(false);
    }
}
