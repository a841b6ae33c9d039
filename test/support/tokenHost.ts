import { join } from "node:path";
import { lifeOf, slotAt, TOKENS_PER_SLOT, tokenOf } from "../../components/tokens/token";
import { ADDRESSES_PER_SLOT, addressOf } from "../../components/tokens/tokenAddress";
import { addressKey, hostKey } from "../../components/tokens/tokenSecret";
import type { LabClient, LabHost } from "../../lab";
import { waitUntil } from "../../lab/waitUntil";

/** What alice's tokens are made of. */
export const TOKEN_SECRET = "c0ffee".repeat(12);

/** The tokens of one knocker at one host. */
export interface TokenMaker {
  /** The slot that it is on the host. */
  readonly slot: () => Promise<number>;
  readonly at: (slot: number) => readonly string[];
}

export function tokensOf(host: LabHost, knocker = "alice", secret = TOKEN_SECRET): TokenMaker {
  const key = hostKey(secret, host.name, knocker);
  return {
    slot: async () => slotAt(Number((await host.run("date +%s")).stdout)),
    at: (slot) => Array.from({ length: TOKENS_PER_SLOT }, (_, counter) => tokenOf(key, slot, counter)),
  };
}

/** Sends each token in a datagram of its own. */
export async function sendTokens(
  from: Pick<LabClient, "run">,
  address: string,
  tokens: readonly string[],
  port = 9,
): Promise<void> {
  const script = join(import.meta.dirname, "packets/datagrams.py");
  await from.run(["python3", script, address, `${port}`], { input: `${tokens.join("\n")}\n` });
}

/** Sets what a host's own scripts take for the time, so many seconds from the real one. The kernel's is the machine's. */
export async function setClock(host: LabHost, seconds: number): Promise<void> {
  await host.writeFile(
    "/usr/local/sbin/date",
    `#!/bin/sh\nexec /bin/date -d "@$(($(/bin/date +%s) + ${seconds}))" "$@"\n`,
    0o755,
  );
}

/** Fills a host's tokens now, as its timer does. */
export function fillTokens(host: Pick<LabHost, "run">): Promise<unknown> {
  return host.run("sh /var/lib/portknock/host.sh fill");
}

const SOON_SECONDS = 5;

/** Sets the host's clock so that the first slot begins that it may fill, and waits for that: the slot. */
export async function beginNextSlot(host: LabHost): Promise<number> {
  const [bound = 0] = (await host.run("cut -d ' ' -f 2 /var/lib/portknock-tokens | sort -rn")).stdout
    .split("\n")
    .map(Number);
  const slot = bound + 1;
  const now = Number((await host.run("/bin/date +%s")).stdout);
  await setClock(host, lifeOf(slot).from - SOON_SECONDS - now);
  await fillTokens(host);
  const early = `0:${((slot % 255) + 1).toString(16)} `;
  await waitUntil(
    async () => !(await host.run("nft list set inet portknock pk_early")).stdout.includes(early),
    SOON_SECONDS + 5,
    () => "the slot",
  );
  return slot;
}

/** Sets the host's clock back by so many seconds, of what it took for the time. */
export async function setClockBack(host: LabHost, seconds: number): Promise<void> {
  const ahead =
    Number((await host.run("date +%s")).stdout) - Number((await host.run("/bin/date +%s")).stdout);
  await setClock(host, ahead - seconds);
}

/** A network that is routed to a host of a lab, once `routeTo` has said so. */
export const TOKEN_NETWORK = "2001:db8:1:2::/64";

/** What a payload must say for addresses of that network to be tokens. */
export function withNetwork(network = TOKEN_NETWORK): object {
  return { hosts: { "web-1": { connection: { host: "web-1" }, tokenNetwork: network } } };
}

/** Where a client sends what is for the network. */
export async function routeTo(
  host: LabHost,
  from: Pick<LabClient, "run">,
  network = TOKEN_NETWORK,
): Promise<void> {
  await from.run(["ip", "-6", "route", "replace", network, "via", host.address6]);
}

/** The addresses of one knocker at one host, of a slot. */
export function addressesAt(
  host: Pick<LabHost, "name">,
  slot: number,
  network = TOKEN_NETWORK,
): readonly string[] {
  const key = addressKey(TOKEN_SECRET, host.name, "alice", network);
  return Array.from({ length: ADDRESSES_PER_SLOT }, (_, counter) =>
    addressOf(key, { family: 6, cidr: network }, slot, counter),
  );
}
