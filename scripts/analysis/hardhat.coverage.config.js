import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const checkout = dirname(fileURLToPath(import.meta.url));

// Copied into a copy of the sources by scripts/analysis/coverage.py. What is compiled here is instrumented,
// and never deployed: it need not be small or cheap.
export default {
  paths: { sources: "contracts", tests: { solidity: "tests/contracts" } },
  solidity: {
    version: "0.8.37",
    path: join(checkout, "node_modules/solc/soljson.js"),
    settings: { evmVersion: "cancun", viaIR: true, optimizer: { enabled: true, runs: 1 } },
  },
  test: {
    solidity: {
      fuzz: { runs: 32, seed: "0x77656967687464" },
      invariant: { runs: 1, depth: 16 },
      fsPermissions: { readDirectory: ["./tests/vectors"] },
    },
  },
};
