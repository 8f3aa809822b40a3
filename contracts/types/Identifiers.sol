// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @notice Identifies one release: publisher, model name and version.
type ReleaseId is bytes32;

/// @notice Identifies one model: publisher and model name.
type ModelId is bytes32;

/// @dev `abi.encode` and not `encodePacked`: no two triples share an encoding.
function releaseIdOf(address publisher, string calldata name, string calldata version)
    pure
    returns (ReleaseId)
{
    return ReleaseId.wrap(keccak256(abi.encode(publisher, name, version)));
}

/// @dev `abi.encode` and not `encodePacked`: no two pairs share an encoding.
function modelIdOf(address publisher, string calldata name) pure returns (ModelId) {
    return ModelId.wrap(keccak256(abi.encode(publisher, name)));
}
