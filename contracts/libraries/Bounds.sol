// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IContentAddressed} from "../interfaces/IContentAddressed.sol";
import {IModelRegistry} from "../interfaces/IModelRegistry.sol";
import {IAttestations} from "../interfaces/IAttestations.sol";
import {KIND_ENDORSEMENT, KIND_EVALUATION} from "../types/Attestation.sol";
import {REASON_NONE, REASON_SUPERSEDED} from "../types/ReleaseWord.sol";
import {ReleaseStatement} from "../types/Statements.sol";

/// @title What a statement may say.
library Bounds {
    uint256 internal constant MAX_NAME_LENGTH = 128;
    uint256 internal constant MAX_VERSION_LENGTH = 64;
    uint256 internal constant MAX_CID_LENGTH = 64;

    /// @notice Reverts if the statement's name, version or CID is out of bounds.
    function check(ReleaseStatement calldata statement) internal pure {
        checkNames(statement.name, statement.version);
        checkCid(statement.manifestCid);
    }

    /// @notice Reverts if the CID is longer than any that a client makes.
    function checkCid(bytes calldata cid) internal pure {
        if (cid.length > MAX_CID_LENGTH) revert IContentAddressed.InvalidCidLength(cid.length);
    }

    /// @notice Reverts unless there is such a reason, and a successor comes with `superseded` only.
    function checkReason(uint8 reason, bytes32 successor) internal pure {
        if (reason == REASON_NONE || reason > REASON_SUPERSEDED) {
            revert IModelRegistry.InvalidReason(reason);
        }
        if (successor != 0 && reason != REASON_SUPERSEDED) {
            revert IModelRegistry.InvalidSuccessor(successor);
        }
    }

    /// @notice Reverts unless there is such a kind of attestation.
    function checkKind(uint8 kind) internal pure {
        if (kind < KIND_EVALUATION || kind > KIND_ENDORSEMENT) {
            revert IAttestations.InvalidKind(kind);
        }
    }

    /// @notice Reverts unless the lengths of the name and of the version are in bounds.
    function checkNames(string calldata name, string calldata version) internal pure {
        uint256 nameLength = bytes(name).length;
        if (nameLength == 0 || nameLength > MAX_NAME_LENGTH) {
            revert IModelRegistry.InvalidNameLength(nameLength);
        }
        uint256 versionLength = bytes(version).length;
        if (versionLength == 0 || versionLength > MAX_VERSION_LENGTH) {
            revert IModelRegistry.InvalidVersionLength(versionLength);
        }
    }
}
