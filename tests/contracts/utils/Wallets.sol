// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

/// @dev A wallet whose signatures are 32 bytes: the hash that was signed, no more.
contract GoodWallet is IERC1271 {
    function isValidSignature(bytes32 hash, bytes calldata signature)
        external
        pure
        returns (bytes4)
    {
        bool isSigned = signature.length == 32 && bytes32(signature) == hash;
        return isSigned ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }
}

/// @dev A wallet that answers every question with the same bytes.
contract ConstantWallet {
    bytes private _answer;

    constructor(bytes memory answer) {
        _answer = answer;
    }

    fallback(bytes calldata) external returns (bytes memory) {
        return _answer;
    }
}

/// @dev A wallet that refuses by reverting, with the magic value as the reason.
contract RevertingWallet {
    fallback() external {
        bytes32 magic = bytes32(IERC1271.isValidSignature.selector);
        assembly ("memory-safe") {
            mstore(0x00, magic)
            revert(0x00, 0x20)
        }
    }
}

/// @dev A wallet that burns all the gas that it is given.
contract BurningWallet {
    fallback() external {
        assembly ("memory-safe") {
            invalid()
        }
    }
}

/// @dev A wallet that accepts, after a long answer: copying it would cost the caller dear.
contract LongAnswerWallet {
    fallback() external {
        bytes32 magic = bytes32(IERC1271.isValidSignature.selector);
        assembly ("memory-safe") {
            mstore(0x00, magic)
            return(0x00, 400000)
        }
    }
}

/// @dev A wallet that tries to write while it is asked.
contract WritingWallet {
    uint256 public questions;

    fallback(bytes calldata) external returns (bytes memory) {
        questions += 1;
        return abi.encode(IERC1271.isValidSignature.selector);
    }
}
