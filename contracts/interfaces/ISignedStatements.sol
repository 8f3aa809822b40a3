// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";

/// @title What every contract says that takes EIP-712 signatures from whoever submits them.
interface ISignedStatements is IERC5267 {
    /// @notice The signature came too late.
    error DeadlineExpired(uint256 deadline, uint256 timestamp);

    /// @notice The signer, account or wallet, did not sign exactly this, here.
    error InvalidSignature(address signer);

    /// @notice Returns the EIP-712 domain separator of this contract on this chain.
    /// @return separator The domain separator.
    function domainSeparator() external view returns (bytes32 separator);
}
