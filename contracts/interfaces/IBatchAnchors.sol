// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {BatchWord} from "../types/BatchWord.sol";
import {IContentAddressed} from "./IContentAddressed.sol";

/// @title Weightmark's anchors of batches
/// @notice One transaction gives a time to any number of releases: the Merkle root over them is
/// anchored. Anybody may anchor, and who did says nothing: an item proves itself by its authority's
/// signature, its Merkle path and the anchored word. Uniqueness and order are not proven here.
/// @dev Law: an anchored word never changes. A leaf is the EIP-712 hash of `BatchedRelease(address
/// publisher,string name,string version,bytes32 artifactRoot,bytes32 manifestHash)`. The item is
/// closed by a tombstone in the registry. Times are block times in seconds.
interface IBatchAnchors is IContentAddressed {
    /// @notice A batch was anchored.
    event BatchAnchored(bytes32 indexed root, BatchWord word, bytes cid);

    /// @notice The root is anchored already; the first time is the one that counts.
    error AlreadyAnchored(bytes32 root, uint40 anchoredAt);

    /// @notice No batch has that root.
    error InvalidRoot(bytes32 root);

    /// @notice Anchors a batch: from this block on, all of its items are known to have been there.
    /// @param root Merkle root over the batch's items; not 0.
    /// @param cid Binary CID of the batch's items, at most 64 bytes; only the event carries it. A hint:
    /// whoever is first to anchor a root chooses it.
    function anchor(bytes32 root, bytes calldata cid) external;

    /// @notice Returns the state of a batch; 0: not anchored.
    /// @param root Merkle root over the batch's items.
    /// @return word The state.
    function batch(bytes32 root) external view returns (BatchWord word);
}
