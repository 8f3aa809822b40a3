import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import hardhatVerify from "@nomicfoundation/hardhat-verify";
import { configVariable, defineConfig, task } from "hardhat/config";

const checkout = dirname(fileURLToPath(import.meta.url));

// The settings are those of foundry.toml: the bytecode is the same from every build path.
const compiler = {
  version: "0.8.37",
  path: join(checkout, "node_modules/solc/soljson.js"),
  settings: {
    evmVersion: "cancun",
    viaIR: true,
    optimizer: { enabled: true, runs: 1_000_000 },
    metadata: { bytecodeHash: "none", appendCBOR: false },
  },
};

// The names and chain ids of `weightmark network list`. An endpoint is named like SEPOLIA_RPC_URL.
const chains = {
  ethereum: 1,
  sepolia: 11155111,
  base: 8453,
  "base-sepolia": 84532,
  optimism: 10,
  arbitrum: 42161,
  polygon: 137,
  "polygon-amoy": 80002,
};
const accounts = [configVariable("WEIGHTMARK_PRIVATE_KEY")];

function publicNetwork([name, chainId]) {
  const url = configVariable(`${name.toUpperCase().replace("-", "_")}_RPC_URL`);
  return [name, { type: "http", chainId, url, accounts }];
}

const deploy = task("deploy", "Deploy the contracts, at the same addresses as everywhere")
  .setAction(() => import("./scripts/hardhat/deploy.js"))
  .build();
const verifySources = task("verify-sources", "Show the sources to Etherscan and Sourcify")
  .addOption({ name: "service", description: "etherscan or sourcify", defaultValue: "both" })
  .setAction(() => import("./scripts/hardhat/verify_sources.js"))
  .build();

export default defineConfig({
  plugins: [hardhatVerify],
  tasks: [deploy, verifySources],
  paths: { sources: "contracts", cache: "cache/hardhat", artifacts: "artifacts" },
  // Hardhat would give the production profile no settings of its own but an optimizer's.
  solidity: { profiles: { default: compiler, production: compiler } },
  networks: {
    anvil: {
      type: "http",
      chainId: 31337,
      url: configVariable("ANVIL_RPC_URL", { default: "http://127.0.0.1:8545" }),
    },
    // Any other chain, of which Hardhat does not check the id.
    custom: { type: "http", url: configVariable("WEIGHTMARK_RPC_URL"), accounts },
    ...Object.fromEntries(Object.entries(chains).map(publicNetwork)),
  },
  verify: { etherscan: { apiKey: configVariable("ETHERSCAN_API_KEY") } },
});
