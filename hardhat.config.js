import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const checkout = dirname(fileURLToPath(import.meta.url));

// The settings are those of foundry.toml: the bytecode is the same from every build path.
export default {
  paths: { sources: "contracts", cache: "cache/hardhat", artifacts: "artifacts" },
  solidity: {
    version: "0.8.37",
    path: join(checkout, "node_modules/solc/soljson.js"),
    settings: {
      evmVersion: "cancun",
      viaIR: true,
      optimizer: { enabled: true, runs: 1_000_000 },
      metadata: { bytecodeHash: "none", appendCBOR: false },
    },
  },
};
