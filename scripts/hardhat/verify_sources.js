// `npx hardhat verify-sources --network NAME`. The task of the plugin reads the version of the compiler
// from the metadata at the end of the code, and ours has none; its Etherscan client is used here.
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { connect, fail, packagedContracts } from "./contracts.js";

const SOURCIFY = "https://sourcify.dev/server";
const PATIENCE_MS = 30_000;
const POLL_MS = 1_000;
const MAX_POLLS = 300;

const services = { etherscan, sourcify };

export default async function verifySources({ service }, hre) {
  const chosen = service === "both" ? Object.keys(services) : [service];
  if (!chosen.every((name) => name in services)) {
    fail(`there is no service '${service}': etherscan, sourcify`);
  }
  const contracts = await packagedContracts(hre);
  const connection = await connect(hre);
  const chainId = Number(await connection.ask("eth_chainId"));
  for (const contract of contracts) {
    const { name, address, runtimeCode } = contract;
    if ((await connection.ask("eth_getCode", address, "latest")) !== runtimeCode) {
      const command = `npx hardhat deploy --network ${connection.networkName}`;
      fail(`${name} is not at ${address}; run: ${command}`);
    }
    const input = await compilerInput(hre, contract);
    const asked = { ...contract, input, chainId, connection, hre };
    for (const each of chosen) await report(`${name} on ${each}`, () => services[each](asked));
  }
}

// A service that is out of reach does not keep the other one from being asked.
async function report(what, verify) {
  try {
    console.log(`${what}: ${await verify()}`);
  } catch (error) {
    console.error(`${what}: ${error.message}`);
    process.exitCode = 1;
  }
}

// What one contract needs to be compiled, and nothing else.
async function compilerInput(hre, { source }) {
  const root = join(hre.config.paths.root, source);
  const options = { buildProfile: "production", force: true, quiet: true };
  const { compilationJobsPerFile } = await hre.solidity.getCompilationJobs([root], options);
  return compilationJobsPerFile.get(root).getSolcInput();
}

async function etherscan({ address, identifier, compilerVersion, input, connection }) {
  const client = connection.verification.etherscan;
  if (await client.isVerified(address)) return "was verified";
  const guid = await client.verify({
    contractAddress: address,
    compilerInput: input,
    contractName: identifier,
    compilerVersion,
    constructorArguments: "",
  });
  const { success, message } = await client.pollVerificationStatus(guid, address, identifier);
  if (!success) fail(message);
  return "verified";
}

// https://docs.sourcify.dev/docs/api/ (version 2)
async function sourcify({ address, identifier, compilerVersion, input, chainId, hre }) {
  const api = `${hre.config.verify.sourcify.apiUrl ?? SOURCIFY}/v2`;
  const known = await ask(`${api}/contract/${chainId}/${address}`);
  if (known.match) return "was verified";
  const { verificationId } = await ask(`${api}/verify/${chainId}/${address}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ stdJsonInput: input, contractIdentifier: identifier, compilerVersion }),
  });
  for (let polls = 0; polls < MAX_POLLS; polls++) {
    const job = await ask(`${api}/verify/${verificationId}`);
    if (job.isJobCompleted && job.contract?.match) return "verified";
    if (job.isJobCompleted) fail(job.error?.message ?? "it does not match");
    await setTimeout(POLL_MS);
  }
  fail(`no answer to ${verificationId} yet; ask again later`);
}

// A contract that is not known is answered with status 404 and `match: null`.
async function ask(url, request) {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const response = await fetch(url, { ...request, signal }).catch((error) =>
    fail(`${url}: ${error.cause?.message ?? error.message}`),
  );
  const answer = await response
    .json()
    .catch(() => fail(`${url} answers ${response.status}, and not in JSON`));
  if (!response.ok && answer.match !== null) {
    fail(answer.message ?? `${url} answers ${response.status}`);
  }
  return answer;
}
