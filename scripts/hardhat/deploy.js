// `npx hardhat deploy --network NAME`: what is there already is left alone.
import { createWalletClient, custom, parseEther, publicActions } from "viem";
import { DEPLOYER, fail, packagedContracts } from "./contracts.js";

// One transaction without a chain id, of a sender whose key nobody knows: the same on every chain.
const DEPLOYER_SENDER = "0x3fAB184622Dc19b6109349B94811493BF2a45362";
const DEPLOYER_COST = parseEther("0.01");
const POLL_MS = 500;
const DEPLOYER_TRANSACTION =
  "0xf8a58085174876e800830186a08080b853604580600e600039806000f350fe7fffffffffffffffffffffffffffff" +
  "ffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b808252" +
  "5050506014600cf31ba02222222222222222222222222222222222222222222222222222222222222222" +
  "a02222222222222222222222222222222222222222222222222222222222222222";

export default async function deploy(_, hre) {
  const contracts = await packagedContracts(hre);
  const { provider } = await hre.network.create();
  const options = { pollingInterval: POLL_MS, transport: custom(provider) };
  const client = createWalletClient(options).extend(publicActions);
  if (!(await client.getCode({ address: DEPLOYER }))) {
    await send(client, { to: DEPLOYER_SENDER, value: DEPLOYER_COST });
    const serializedTransaction = DEPLOYER_TRANSACTION;
    await succeed(client, await client.sendRawTransaction({ serializedTransaction }));
  }
  for (const contract of contracts) {
    console.log(`${contract.name} ${contract.address}: ${await put(client, contract)}`);
  }
}

async function put(client, { name, address, deployment, runtimeCode }) {
  const found = await client.getCode({ address });
  if (found === undefined) await send(client, { to: DEPLOYER, data: deployment });
  if ((await client.getCode({ address })) !== runtimeCode) {
    fail(`the code at ${address} is not that of ${name}; do not use this endpoint`);
  }
  return found === undefined ? "deployed" : "was there";
}

async function send(client, transaction) {
  const [account] = await client.getAddresses();
  if (account === undefined) fail("the network has no account that pays");
  await succeed(client, await client.sendTransaction({ account, chain: null, ...transaction }));
}

async function succeed(client, hash) {
  const { status } = await client.waitForTransactionReceipt({ hash });
  if (status !== "success") fail(`the chain did not carry out the transaction ${hash}`);
}
