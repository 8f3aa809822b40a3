// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IBatchAnchors} from "./interfaces/IBatchAnchors.sol";
import {Bounds} from "./libraries/Bounds.sol";
import {BatchWord, newBatch} from "./types/BatchWord.sol";

/// @title Weightmark's anchors of batches
/// @notice The document is {IBatchAnchors}. No owner, proxy, fee or pause, and no value in the code
/// that depends on the chain: the runtime code, and with it the address, is the same everywhere.
contract BatchAnchors is IBatchAnchors {
    // Slot 0: storage proofs are read by it.
    mapping(bytes32 root => BatchWord) private _batches;

    /// @inheritdoc IBatchAnchors
    function anchor(bytes32 root, bytes calldata cid) external {
        if (root == 0) revert InvalidRoot(root);
        Bounds.checkCid(cid);
        BatchWord word = _batches[root];
        if (!word.isEmpty()) revert AlreadyAnchored(root, word.anchoredAt());
        word = newBatch(uint40(block.timestamp));
        _batches[root] = word;
        emit BatchAnchored(root, word, cid);
    }

    /// @inheritdoc IBatchAnchors
    function batch(bytes32 root) external view returns (BatchWord) {
        return _batches[root];
    }
}
