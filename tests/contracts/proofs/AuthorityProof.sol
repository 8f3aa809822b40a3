// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {AuthorityWord, ROLE_OWNER, identityAuthority} from "contracts/types/AuthorityWord.sol";
import {HeadWord} from "contracts/types/HeadWord.sol";
import {ModelId, ReleaseId} from "contracts/types/Identifiers.sol";
import {ReleaseWord} from "contracts/types/ReleaseWord.sol";
import {SigningKeyWord} from "contracts/types/SigningKeyWord.sol";

import {Act, RegistryProof} from "./RegistryProof.sol";

/// @dev Only an authority writes under a publisher's name: whatever lies there is the same after a
/// call, unless that publisher's authority, valid at the time and of the role needed, made or signed
/// exactly this call.
contract AuthorityProof is RegistryProof {
    address private _publisher;
    ReleaseId private _release;
    ModelId private _model;
    uint32 private _index;
    bytes32 private _fingerprint;
    bool private _isAllowed;
    uint256[6] private _seen;

    function _observe(Act memory act) internal override {
        _publisher = vm.randomAddress();
        string memory name = string(vm.randomBytes(NAME_LENGTH));
        string memory version = string(vm.randomBytes(VERSION_LENGTH));
        _release = ReleaseId.wrap(keccak256(abi.encode(_publisher, name, version)));
        _model = ModelId.wrap(keccak256(abi.encode(_publisher, name)));
        _index = uint32(vm.randomUint());
        _fingerprint = bytes32(vm.randomUint());
        _isAllowed = act.publisher == _publisher && act.isProven && _isAuthority(act);
        _seen = _words();
    }

    function _compare(Act memory) internal view override {
        if (_isAllowed) return;
        uint256[6] memory words = _words();
        for (uint256 i = 0; i < words.length; i++) {
            assert(words[i] == _seen[i]);
        }
    }

    function _isAuthority(Act memory act) private view returns (bool) {
        AuthorityWord word = registry.authority(_publisher, act.index);
        if (word.isEmpty() && act.index == 0) word = identityAuthority(_publisher);
        return word.account() == act.account && word.from() <= block.timestamp
            && block.timestamp < word.until() && (!act.needsOwner || word.role() == ROLE_OWNER);
    }

    /// @dev One of each kind of word that lies under the publisher's name.
    function _words() private view returns (uint256[6] memory) {
        (bytes32 commitment, ReleaseWord word) = registry.release(_release);
        return [
            uint256(commitment),
            ReleaseWord.unwrap(word),
            HeadWord.unwrap(registry.head(_model)),
            AuthorityWord.unwrap(registry.authority(_publisher, _index)),
            registry.authorityCount(_publisher),
            SigningKeyWord.unwrap(registry.signingKey(_publisher, _fingerprint))
        ];
    }
}
