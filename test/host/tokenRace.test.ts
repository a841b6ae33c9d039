import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { expect, it } from "vitest";
import { slotAt } from "../../components/tokens/token";
import { tokenId } from "../../components/tokens/tokenId";
import { tokenFingerprint } from "../../components/tokens/tokenSecret";
import { createLab, type LabHost, labProblem } from "../../lab";
import { guard, hostPayload } from "../support/hostPayload";
import { routeTo, TOKEN_SECRET, withNetwork } from "../support/tokenHost";

const PAIRS = 10_000;
const STEP_SECONDS = 0.0002;

const problem = labProblem();
if (problem !== undefined) console.warn(`skipped: ${problem}`);

/** What a client sends: bytes in hexadecimal, and to which address. */
type Datagram = readonly [payload: string, address: string];

const CASES = [
  {
    carrier: "a datagram",
    policy: {},
    datagramOf: (token: string, host: LabHost): Datagram => [token, host.address4],
    tokenOf: () => randomBytes(16).toString("hex"),
  },
  {
    carrier: "an address",
    policy: withNetwork(),
    datagramOf: (token: string): Datagram => ["00", token.replace(/(.{4})(?!$)/g, "$1:")],
    tokenOf: () => `20010db800010002${randomBytes(8).toString("hex")}`,
  },
];

it.skipIf(problem).each(CASES)(
  "a token in $carrier that two processors see at the same moment admits once, of 10 000",
  async ({ policy, datagramOf, tokenOf }) => {
    await using lab = await createLab();
    const [host, laptop, phone] = await Promise.all([
      lab.addHost("web-1"),
      lab.addClient("laptop"),
      lab.addClient("phone"),
    ]);
    await Promise.all([laptop, phone].map((client) => routeTo(host, client)));
    const knockers = { alice: { services: ["ssh"], token: TOKEN_SECRET } };
    const services = { ssh: { ports: ["22"] } };
    await guard(lab, host, hostPayload({ services, policy: { knockers, ...policy } }));
    const value = tokenId(tokenFingerprint(TOKEN_SECRET, "alice"));
    const tokens = Array.from({ length: PAIRS }, tokenOf);
    const begun = ((slotAt(Date.now() / 1000) % 255) + 1).toString(16).padStart(2, "0");
    const elements = tokens.map((token) => `0x${token} timeout 1h : ${value.slice(0, -2)}${begun}`);
    await host.run("nft -f -", {
      input: [
        `add element inet portknock pk_tokens { ${elements.join(",\n")} }`,
        "insert rule inet portknock pk_admit_alice counter",
        "insert rule inet portknock pk_prerouting udp dport 9 counter",
        "",
      ].join("\n"),
    });

    // On a processor each: what they send runs through the host's rules on the one that sent it.
    const datagrams = tokens.map((token) => datagramOf(token, host));
    const [, first] = datagrams[0] ?? ["", host.address4];
    const script = join(import.meta.dirname, "../support/packets/datagrams.py");
    const start = Number((await host.run("cut -d ' ' -f 1 /proc/uptime")).stdout) + 3;
    const sent = await Promise.all(
      [laptop, phone].map((client, cpu) =>
        client.run(["python3", script, first, "9", `${cpu}`, `${start}`, `${STEP_SECONDS}`], {
          input: `${datagrams.map((datagram) => datagram.join(" ")).join("\n")}\n`,
        }),
      ),
    );
    expect(sent.map(({ stdout }) => stdout)).toEqual([`${PAIRS}\n`, `${PAIRS}\n`]);
    const packets = async (chain: string): Promise<number> =>
      Number(/packets (\d+)/.exec((await host.run(`nft list chain inet portknock ${chain}`)).stdout)?.[1]);
    expect([await packets("pk_prerouting"), await packets("pk_admit_alice")]).toEqual([2 * PAIRS, PAIRS]);
  },
);
