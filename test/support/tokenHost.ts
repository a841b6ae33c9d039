import { join } from "node:path";
import { slotAt, TOKENS_PER_SLOT, tokenOf } from "../../components/tokens/token";
import { hostKey } from "../../components/tokens/tokenSecret";
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
