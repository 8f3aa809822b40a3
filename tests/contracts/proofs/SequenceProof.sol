// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {HeadWord} from "contracts/types/HeadWord.sol";
import {ModelId, ReleaseId} from "contracts/types/Identifiers.sol";
import {ReleaseWord} from "contracts/types/ReleaseWord.sol";
import {ReleaseStatement} from "contracts/types/Statements.sol";

import {Act, RegistryProof} from "./RegistryProof.sol";

/// @dev Sequence numbers have no gap: no call but a registration moves a head, and that moves the
/// head of its own model by one, chains the release to it, and gives the release its number.
contract SequenceProof is RegistryProof {
    ModelId private _observed;
    HeadWord private _head;

    function _observe(Act memory) internal override {
        _observed = ModelId.wrap(bytes32(vm.randomUint()));
        _head = registry.head(_observed);
    }

    function _compare(Act memory) internal view override {
        assert(HeadWord.unwrap(registry.head(_observed)) == HeadWord.unwrap(_head));
    }

    function _compareRegistered(ReleaseStatement memory statement, Act memory act, ReleaseId id)
        internal
        view
        override
    {
        ModelId modelId = _modelId(statement);
        if (ModelId.unwrap(modelId) != ModelId.unwrap(_observed)) return _compare(act);
        (bytes32 commitment, ReleaseWord word) = registry.release(id);
        HeadWord head = registry.head(modelId);
        assert(head.sequence() == uint256(_head.sequence()) + 1);
        assert(word.sequence() == head.sequence());
        assert(HeadWord.unwrap(head) == HeadWord.unwrap(_head.next(id, commitment)));
    }
}
