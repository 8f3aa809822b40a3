// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IModelRegistry} from "../interfaces/IModelRegistry.sol";
import {AuthorityWord, ROLE_OWNER, identityAuthority} from "../types/AuthorityWord.sol";

/// @title Who may act for a publisher.
library Authorities {
    /// @notice Returns an authority as it counts: index 0, while unwritten, is the identity itself.
    function effective(
        mapping(address publisher => mapping(uint256 index => AuthorityWord)) storage authorities,
        address publisher,
        uint256 index
    ) internal view returns (AuthorityWord word) {
        word = authorities[publisher][index];
        if (word.isEmpty() && index == 0) {
            word = identityAuthority(publisher);
        }
    }

    /// @notice Reverts unless `account` is the authority at `index`, now.
    /// @return word The authority.
    function check(
        mapping(address publisher => mapping(uint256 index => AuthorityWord)) storage authorities,
        address publisher,
        uint32 index,
        address account
    ) internal view returns (AuthorityWord word) {
        word = effective(authorities, publisher, index);
        if (word.account() != account || !word.isValidAt(block.timestamp)) {
            revert IModelRegistry.NotAuthorized(publisher, account, index);
        }
    }

    /// @notice Reverts unless `account` is the authority at `index`, now, and an owner.
    function checkOwner(
        mapping(address publisher => mapping(uint256 index => AuthorityWord)) storage authorities,
        address publisher,
        uint32 index,
        address account
    ) internal view {
        if (check(authorities, publisher, index, account).role() != ROLE_OWNER) {
            revert IModelRegistry.NotAuthorized(publisher, account, index);
        }
    }
}
