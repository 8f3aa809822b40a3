// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

import {ISignedStatements} from "../interfaces/ISignedStatements.sol";
import {AttesterSignature} from "../types/Attestation.sol";
import {Authorization} from "../types/Statements.sol";

/// @title Whether the one who is named signed a digest, in time.
library Signatures {
    /// @dev Gas for a wallet's answer: three times what a P-256 signature costs in plain Solidity
    /// (about 330,000), and a limit to what a hostile wallet burns of a relayer's gas.
    uint256 internal constant WALLET_GAS = 1_000_000;

    /// @notice Reverts unless `authorization` carries its signer's signature of `digest`, in time.
    function check(Authorization calldata authorization, bytes32 digest) internal view {
        _checkDeadline(authorization.deadline);
        _checkSignature(authorization.signer, digest, authorization.signature);
    }

    /// @notice Reverts unless `signed` carries its attester's signature of `digest`, in time.
    function check(AttesterSignature calldata signed, bytes32 digest) internal view {
        _checkDeadline(signed.deadline);
        _checkSignature(signed.attester, digest, signed.signature);
    }

    function _checkDeadline(uint256 deadline) private view {
        // A deadline is a block time, in seconds; a proposer's leeway is a few of them.
        // slither-disable-next-line timestamp
        if (block.timestamp > deadline) {
            revert ISignedStatements.DeadlineExpired(deadline, block.timestamp);
        }
    }

    function _checkSignature(address signer, bytes32 digest, bytes calldata signature)
        private
        view
    {
        if (!_isRecovered(signer, digest, signature) && !_isAccepted(signer, digest, signature)) {
            revert ISignedStatements.InvalidSignature(signer);
        }
    }

    /// @dev Comes first: a plain account that has delegated to code (EIP-7702) still signs.
    function _isRecovered(address signer, bytes32 digest, bytes calldata signature)
        private
        pure
        returns (bool)
    {
        // The third value only details the failure.
        // slither-disable-next-line unused-return
        (address recovered, ECDSA.RecoverError failure,) =
            ECDSA.tryRecoverCalldata(digest, signature);
        return failure == ECDSA.RecoverError.NoError && recovered == signer;
    }

    /// @dev ERC-1271 by a read-only call with bounded gas, of whose answer one word is copied: a
    /// call in Solidity would copy all of it. The word must be the magic value and nothing else.
    // slither-disable-next-line assembly
    function _isAccepted(address wallet, bytes32 digest, bytes calldata signature)
        private
        view
        returns (bool accepted)
    {
        bytes memory question = abi.encodeCall(IERC1271.isValidSignature, (digest, signature));
        bytes32 magic = bytes32(IERC1271.isValidSignature.selector);
        assembly ("memory-safe") {
            let success :=
                staticcall(WALLET_GAS, wallet, add(question, 0x20), mload(question), 0x00, 0x20)
            accepted := and(success, and(gt(returndatasize(), 0x1f), eq(mload(0x00), magic)))
        }
    }
}
