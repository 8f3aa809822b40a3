// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IModelRegistry} from "contracts/interfaces/IModelRegistry.sol";
import {AuthorityWord, newAuthority} from "contracts/types/AuthorityWord.sol";
import {ModelId, ReleaseId} from "contracts/types/Identifiers.sol";
import {ReleaseWord} from "contracts/types/ReleaseWord.sol";
import {SigningKeyWord, newSigningKey} from "contracts/types/SigningKeyWord.sol";

import {Log} from "./Vm.sol";

/// @dev Whether the registry's state says what an event of it said, right after it.
library RegistryEvents {
    function isState(IModelRegistry registry, Log memory log) internal view returns (bool) {
        bytes32 kind = log.topics[0];
        if (kind == IModelRegistry.ReleaseRegistered.selector) return _registered(registry, log);
        if (kind == IModelRegistry.ReleaseRevoked.selector) return _revoked(registry, log);
        if (kind == IModelRegistry.AuthorityAdded.selector) return _authority(registry, log);
        if (kind == IModelRegistry.AuthorityEnded.selector) return _authorityEnd(registry, log);
        if (kind == IModelRegistry.SigningKeyAdded.selector) return _key(registry, log);
        if (kind == IModelRegistry.SigningKeyEnded.selector) return _keyEnd(registry, log);
        return false;
    }

    function _registered(IModelRegistry registry, Log memory log) private view returns (bool) {
        (bytes32 id, bytes32 manifestHash, uint256 logged) =
            abi.decode(log.data, (bytes32, bytes32, uint256));
        (bytes32 commitment, ReleaseWord word) = registry.release(ReleaseId.wrap(id));
        bytes32 typeHash = keccak256("Commitment(bytes32 artifactRoot,bytes32 manifestHash)");
        return ReleaseWord.unwrap(word) == logged
            && commitment == keccak256(abi.encode(typeHash, log.topics[3], manifestHash))
            && registry.head(ModelId.wrap(log.topics[1])).sequence() == word.sequence();
    }

    function _revoked(IModelRegistry registry, Log memory log) private view returns (bool) {
        (uint8 reason,) = abi.decode(log.data, (uint8, bytes32));
        (, ReleaseWord word) = registry.release(ReleaseId.wrap(log.topics[3]));
        return word.status() == 2 && word.reason() == reason && word.statusAt() == block.timestamp;
    }

    function _authority(IModelRegistry registry, Log memory log) private view returns (bool) {
        (uint8 role, uint40 from, uint40 until) = abi.decode(log.data, (uint8, uint40, uint40));
        address account = address(uint160(uint256(log.topics[3])));
        AuthorityWord word = newAuthority(account, from, until, role);
        return AuthorityWord.unwrap(_authorityOf(registry, log)) == AuthorityWord.unwrap(word);
    }

    function _authorityEnd(IModelRegistry registry, Log memory log) private view returns (bool) {
        return _authorityOf(registry, log).until() == abi.decode(log.data, (uint40));
    }

    function _key(IModelRegistry registry, Log memory log) private view returns (bool) {
        (uint8 algorithm, uint40 from, uint40 until) = abi.decode(log.data, (uint8, uint40, uint40));
        SigningKeyWord word = newSigningKey(from, until, algorithm);
        return SigningKeyWord.unwrap(_keyOf(registry, log)) == SigningKeyWord.unwrap(word);
    }

    function _keyEnd(IModelRegistry registry, Log memory log) private view returns (bool) {
        return _keyOf(registry, log).until() == abi.decode(log.data, (uint40));
    }

    function _authorityOf(IModelRegistry registry, Log memory log)
        private
        view
        returns (AuthorityWord)
    {
        return registry.authority(_publisher(log), uint256(log.topics[2]));
    }

    function _keyOf(IModelRegistry registry, Log memory log) private view returns (SigningKeyWord) {
        return registry.signingKey(_publisher(log), log.topics[2]);
    }

    function _publisher(Log memory log) private pure returns (address) {
        return address(uint160(uint256(log.topics[1])));
    }
}
