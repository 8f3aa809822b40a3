// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title What every contract says that points to content by a CID in its events.
interface IContentAddressed {
    /// @notice A CID has at most 64 bytes.
    error InvalidCidLength(uint256 length);
}
