// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IModelRegistry} from "../interfaces/IModelRegistry.sol";
import {AuthorityWord, identityAuthority} from "../types/AuthorityWord.sol";
import {releaseIdOf} from "../types/Identifiers.sol";
import {ReleaseWord, STATUS_REGISTERED} from "../types/ReleaseWord.sol";

/// @notice One file of a release, as a caller claims it.
/// @param name The model's name.
/// @param version The release's version.
/// @param manifestHash sha256 of the release manifest.
/// @param path The file's path in the artifact.
/// @param size The file's length in bytes.
/// @param digest The file's digest as a multihash.
/// @param proof The siblings from the file's leaf up to the artifact root.
struct ReleaseFile {
    string name;
    string version;
    bytes32 manifestHash;
    string path;
    uint64 size;
    bytes digest;
    bytes32[] proof;
}

/// @title What another contract asks of the registry about a publisher that it trusts.
/// @notice Registered is not trusted: anybody registers anything under an address of their own. The
/// caller of these functions says whom it trusts, and a claim counts under that address only.
/// @dev Fails closed. {requireCode} belongs into a constructor: the registry's code never changes,
/// and a contract that has it can neither lie nor be absent. Without it, an address without code
/// reverts each question, and a foreign contract may answer what it likes.
library TrustedReleases {
    /// @notice The contract at that address is not the registry; a hash of 0: nothing is there.
    error NotTheRegistry(address registry, bytes32 codeHash);

    /// @notice Reverts unless `registry` has the code of the real registry.
    /// @param registry The contract that is going to be asked.
    /// @param codeHash keccak256 of the registry's runtime code, the same on every chain.
    function requireCode(IModelRegistry registry, bytes32 codeHash) internal view {
        bytes32 actual = address(registry).codehash;
        if (address(registry).code.length == 0 || actual != codeHash) {
            revert NotTheRegistry(address(registry), actual);
        }
    }

    /// @notice Tells whether a release is registered, not revoked for any reason, and whether the
    /// authority that registered it counts at that time. It need not be the newest.
    /// @param registry The registry.
    /// @param publisher The identity that is trusted.
    /// @param name The model's name.
    /// @param version The release's version.
    /// @return current Whether all of this holds.
    function isCurrent(
        IModelRegistry registry,
        address publisher,
        string calldata name,
        string calldata version
    ) internal view returns (bool current) {
        // Whether a release is current does not depend on what it commits to.
        // slither-disable-next-line unused-return
        (, ReleaseWord word) = registry.release(releaseIdOf(publisher, name, version));
        if (word.status() != STATUS_REGISTERED) return false;
        uint32 index = word.authorityIndex();
        AuthorityWord by = registry.authority(publisher, index);
        if (by.isEmpty() && index == 0) by = identityAuthority(publisher);
        return by.isValidAt(word.registeredAt());
    }

    /// @notice Tells whether a file is part of a release that {isCurrent}.
    /// @param registry The registry.
    /// @param publisher The identity that is trusted.
    /// @param file What the caller claims, with the proof of it.
    /// @return part Whether it is.
    function hasFile(IModelRegistry registry, address publisher, ReleaseFile memory file)
        internal
        view
        returns (bool part)
    {
        return registry.verifyFile(
            publisher,
            file.name,
            file.version,
            file.manifestHash,
            file.path,
            file.size,
            file.digest,
            file.proof
        );
    }
}
