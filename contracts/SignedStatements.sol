// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";

import {ISignedStatements} from "./interfaces/ISignedStatements.sol";
import {TypedData} from "./libraries/TypedData.sol";

/// @title The EIP-712 domain of a contract that takes signatures
/// @notice The document is {ISignedStatements}.
abstract contract SignedStatements is ISignedStatements {
    /// @inheritdoc IERC5267
    function eip712Domain()
        external
        view
        returns (
            bytes1 fields,
            string memory name,
            string memory version,
            uint256 chainId,
            address verifyingContract,
            bytes32 salt,
            uint256[] memory extensions
        )
    {
        // 0x0f: name, version, chainId and verifyingContract are used, salt and extensions are not.
        fields = 0x0f;
        name = TypedData.DOMAIN_NAME;
        version = TypedData.DOMAIN_VERSION;
        chainId = block.chainid;
        verifyingContract = address(this);
        salt = 0;
        extensions = new uint256[](0);
    }

    /// @inheritdoc ISignedStatements
    function domainSeparator() external view returns (bytes32) {
        return TypedData.domainSeparator();
    }
}
