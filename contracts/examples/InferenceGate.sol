// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IModelRegistry} from "../interfaces/IModelRegistry.sol";
import {ReleaseFile, TrustedReleases} from "../libraries/TrustedReleases.sol";
import {ModelId, ReleaseId, modelIdOf, releaseIdOf} from "../types/Identifiers.sol";

/// @title An example: inference by nothing but a current release of one publisher's model.
/// @notice A worker off chain serves the requests that this contract accepts, with a weights file
/// whose sha2-256 or blake3 is the digest of the event. From the block in which the publisher
/// revokes the release, or distrusts the authority that registered it, requests are refused.
/// @dev Nobody administers it, and it stores nothing: whom it trusts is fixed when it is deployed.
contract InferenceGate {
    using TrustedReleases for IModelRegistry;

    /// @notice The registry that is asked.
    IModelRegistry public immutable registry;

    /// @notice The identity whose releases are trusted, on this chain.
    address public immutable publisher;

    /// @notice The one model that is served.
    ModelId public immutable model;

    /// @notice A request was accepted.
    event InferenceRequested(
        address indexed requester, ReleaseId indexed releaseId, bytes digest, bytes32 inputHash
    );

    /// @notice The release is one of another model.
    error NotTheModel(ModelId model);

    /// @notice The release is not registered, revoked, or its authority does not count.
    error NotCurrent(ReleaseId releaseId);

    /// @notice The release has no such file.
    error NotAFile(ReleaseId releaseId, string path);

    /// @notice Fixes whom and what to trust; reverts if the registry is not the real one.
    /// @param registry_ The registry on this chain.
    /// @param codeHash keccak256 of the registry's runtime code.
    /// @param publisher_ The identity whose releases are trusted.
    /// @param model_ `keccak256(abi.encode(publisher, name))`.
    // Nobody registers under the zero address: such a gate serves nothing.
    // slither-disable-next-line missing-zero-check
    constructor(IModelRegistry registry_, bytes32 codeHash, address publisher_, ModelId model_) {
        registry_.requireCode(codeHash);
        registry = registry_;
        publisher = publisher_;
        model = model_;
    }

    /// @notice Accepts a request, or reverts with what is wrong.
    /// @param file The weights file to serve it with, and the proof that the release has it.
    /// @param inputHash What the request is about.
    function requestInference(ReleaseFile calldata file, bytes32 inputHash) external {
        ModelId asked = modelIdOf(publisher, file.name);
        if (ModelId.unwrap(asked) != ModelId.unwrap(model)) revert NotTheModel(asked);
        ReleaseId releaseId = releaseIdOf(publisher, file.name, file.version);
        if (!registry.isCurrent(publisher, file.name, file.version)) revert NotCurrent(releaseId);
        if (!registry.hasFile(publisher, file)) revert NotAFile(releaseId, file.path);
        emit InferenceRequested(msg.sender, releaseId, file.digest, inputHash);
    }
}
