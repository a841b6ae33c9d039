import { join } from "node:path";
import { slotAt, TOKENS_PER_SLOT, tokenOf } from "../../components/tokens/token";
import { ADDRESSES_PER_SLOT, addressOf } from "../../components/tokens/tokenAddress";
import { addressKey, hostKey } from "../../components/tokens/tokenSecret";
import type { LabClient, LabHost } from "../../lab";

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

/** A network that is routed to a host of a lab, once `routeTo` has said so. */
export const TOKEN_NETWORK = "2001:db8:1:2::/64";

/** What a payload must say for addresses of that network to be tokens. */
export function withNetwork(network = TOKEN_NETWORK): object {
  return { hosts: { "web-1": { address: "web-1", port: 22, tokenNetwork: network } } };
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

/** How a TCP connection to somewhere is answered. */
export async function answerOf(
  from: Pick<LabClient, "run">,
  address: string,
  port = 22,
): Promise<"open" | "refused" | "silent"> {
  const { exitCode, stderr } = await from.run(
    ["timeout", "2", "bash", "-c", `exec 3<>/dev/tcp/${address}/${port}`],
    { check: false },
  );
  return exitCode === 0 ? "open" : /Connection refused/.test(stderr) ? "refused" : "silent";
}
