// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {BaseTest} from "./BaseTest.sol";

/// @dev What forge is not to call of a contract, in forge's own words.
struct FuzzSelector {
    address addr;
    bytes4[] selectors;
}

/// @dev What every test of invariants starts from: forge calls its handler and nothing else, and of
/// the handler everything but `setUp`, which it has as every test has.
abstract contract Handled {
    function handlerAddress() internal view virtual returns (address);

    /// @dev Read by forge.
    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = handlerAddress();
    }

    /// @dev Read by forge.
    function excludeSelectors() public view returns (FuzzSelector[] memory excluded) {
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = BaseTest.setUp.selector;
        excluded = new FuzzSelector[](1);
        excluded[0] = FuzzSelector(handlerAddress(), selectors);
    }
}
