// `npx hardhat deploy --network NAME`: what is there already is left alone.
import { setTimeout } from "node:timers/promises";
import { numberToHex, parseEther } from "viem";
import { connect, DEPLOYER, fail, packagedContracts } from "./contracts.js";

// One transaction without a chain id, of a sender whose key nobody knows: the same on every chain.
const DEPLOYER_SENDER = "0x3fAB184622Dc19b6109349B94811493BF2a45362";
const DEPLOYER_COST = parseEther("0.01");
const POLL_MS = 500;
const MAX_POLLS = 1_200;
const DEPLOYER_TRANSACTION =
  "0xf8a58085174876e800830186a08080b853604580600e600039806000f350fe7fffffffffffffffffffffffffffff" +
  "ffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b808252" +
  "5050506014600cf31ba02222222222222222222222222222222222222222222222222222222222222222" +
  "a02222222222222222222222222222222222222222222222222222222222222222";

export default async function deploy(_, hre) {
  const contracts = await packagedContracts(hre);
  const { ask } = await connect(hre);
  if ((await ask("eth_getCode", DEPLOYER, "latest")) === "0x") {
    await send(ask, { to: DEPLOYER_SENDER, value: numberToHex(DEPLOYER_COST) });
    await succeed(ask, await ask("eth_sendRawTransaction", DEPLOYER_TRANSACTION));
  }
  for (const contract of contracts) {
    console.log(`${contract.name} ${contract.address}: ${await put(ask, contract)}`);
  }
}

async function put(ask, { name, address, deployment, runtimeCode }) {
  const isThere = (await ask("eth_getCode", address, "latest")) !== "0x";
  if (!isThere) await send(ask, { to: DEPLOYER, data: deployment });
  if ((await ask("eth_getCode", address, "latest")) !== runtimeCode) {
    fail(`the code at ${address} is not that of ${name}; do not use this endpoint`);
  }
  return isThere ? "was there" : "deployed";
}

async function send(ask, transaction) {
  const [from] = await ask("eth_accounts");
  if (from === undefined) fail("the network has no account that pays");
  await succeed(ask, await ask("eth_sendTransaction", { from, ...transaction }));
}

async function succeed(ask, hash) {
  for (let polls = 0; polls < MAX_POLLS; polls++) {
    const receipt = await ask("eth_getTransactionReceipt", hash);
    if (receipt?.status === "0x1") return;
    if (receipt) fail(`the chain did not carry out the transaction ${hash}`);
    await setTimeout(POLL_MS);
  }
  fail(`the transaction ${hash} is in no block yet; run this again when it is`);
}
