// The contracts that the Python package carries, and where each one is on every chain.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { HardhatPluginError } from "hardhat/plugins";
import { concat, getContractAddress, pad } from "viem";

// https://github.com/Arachnid/deterministic-deployment-proxy
export const DEPLOYER = "0x4e59b44847b379578588920cA78FbF26c0B4956C";
const PACKAGE = "backend/weightmark/contracts";
const SALT = pad("0x");

export function fail(message) {
  throw new HardhatPluginError("weightmark", message);
}

// A connection with `ask`, which tells an endpoint's failures as messages, without a stack.
export async function connect(hre) {
  const connection = await hre.network.create();
  async function ask(method, ...params) {
    try {
      return await connection.provider.request({ method, params });
    } catch (error) {
      return fail(`network '${connection.networkName}': ${error.message}`);
    }
  }
  return { ...connection, ask };
}

// Compiles, and refuses sources that give other bytes: these would get another address.
export async function packagedContracts(hre) {
  await hre.tasks.getTask("build").run({ quiet: true });
  const folder = join(hre.config.paths.root, PACKAGE);
  const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
  return Promise.all(files.sort().map((name) => contract(hre, join(folder, name))));
}

async function contract(hre, file) {
  const packaged = JSON.parse(readFileSync(file, "utf8"));
  const { contractName: name, bytecode, compiler, deployedBytecode } = packaged;
  const built = await hre.artifacts.readArtifact(name);
  if (built.bytecode !== bytecode) {
    fail(`the sources of ${name} give other bytes than ${PACKAGE} has; check out a release`);
  }
  return {
    name,
    source: built.sourceName,
    identifier: `${built.inputSourceName}:${name}`,
    compilerVersion: `v${compiler.match(/^[\d.]+\+commit\.\w+/)[0]}`,
    address: getContractAddress({ opcode: "CREATE2", from: DEPLOYER, salt: SALT, bytecode }),
    deployment: concat([SALT, bytecode]),
    runtimeCode: deployedBytecode,
  };
}
