import { chmodSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { addressesOf, slotNow, VECTOR_SECRET } from "../support/tokensOf";
import { type Outcome, portknock, temporaryFile } from "./portknock";

const NETWORK = "2001:db8:1:2::/64";
const secretFile = (): string => temporaryFile("alice.token", `${VECTOR_SECRET}\n`);
const address = (host: string, network = NETWORK, as = "alice"): Promise<Outcome> =>
  portknock(["address", host, "--as", as, "--network", network, "--secret-file", secretFile()]);

/** A slot may end while the command runs. */
async function whileSlotsAre(run: () => Promise<Outcome>): Promise<[Outcome, readonly string[]]> {
  const before = slotNow();
  const outcome = await run();
  return [outcome, addressesOf("web-1", "alice", NETWORK, [...new Set([before, slotNow()])])];
}

describe("portknock address", { timeout: 30_000 }, () => {
  it("prints an address of the network that works now, and nothing else, however the network is written", async () => {
    for (const network of [NETWORK, "2001:0DB8:1:02::0/64"]) {
      const [{ exitCode, stdout, stderr }, addresses] = await whileSlotsAre(() => address("web-1", network));
      expect([exitCode, stderr]).toEqual([0, ""]);
      expect(addresses.map((each) => `${each}\n`)).toContain(stdout);
      expect(stdout).toMatch(/^2001:db8:1:2:[0-9a-f:]+\n$/);
    }
  });

  it("takes the secret from standard input", async () => {
    const args = ["address", "web-1", "--as", "alice", "--network", NETWORK, "--secret-file", "-"];
    const [{ stdout }, addresses] = await whileSlotsAre(() => portknock(args, `${VECTOR_SECRET}\n`));
    expect(addresses).toContain(stdout.trim());
  });

  it("makes other addresses for another host, another knocker and another network", async () => {
    const made = await Promise.all([
      address("web-2"),
      address("web-1", NETWORK, "bob"),
      address("web-1", "2001:db8:1:3::/64"),
    ]);
    const known = addressesOf("web-1", "alice", NETWORK).map((each) => each.split(":").slice(4).join(":"));
    for (const { exitCode, stdout } of made) {
      expect(exitCode).toBe(0);
      expect(known).not.toContain(stdout.trim().split(":").slice(4).join(":"));
    }
  });

  it("refuses a secret file that others may read", async () => {
    const path = secretFile();
    chmodSync(path, 0o644);
    expect(
      await portknock(["address", "web-1", "--as", "alice", "--network", NETWORK, "--secret-file", path]),
    ).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: `portknock: ${path}: may be read by others; run: chmod 600 ${path}\n`,
    });
  });

  it.each([
    ["no network", [], "--network: is missing; give the host's tokenNetwork in the program"],
    [
      "a network of another length",
      ["--network", "2001:db8::/48"],
      '--network: is not a /64 of IPv6; write the one that is routed to this host, like "2001:db8:1:2::/64"',
    ],
    [
      "no secret without a terminal to ask on",
      ["--network", NETWORK],
      "no token secret, and no terminal to ask on; give --secret-file",
    ],
  ])("rejects %s", async (_, args, message) => {
    expect(await portknock(["address", "web-1", "--as", "alice", ...args])).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: expect.stringContaining(`portknock: ${message}`),
    });
  });
});
