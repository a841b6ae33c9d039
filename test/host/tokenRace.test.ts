import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { expect, it } from "vitest";
import { tokenId } from "../../components/tokens/tokenId";
import { tokenFingerprint } from "../../components/tokens/tokenSecret";
import { createLab, labProblem } from "../../lab";
import { guard, hostPayload } from "../support/hostPayload";
import { TOKEN_SECRET } from "../support/tokenHost";

const PAIRS = 10_000;
const STEP_SECONDS = 0.0002;

const problem = labProblem();
if (problem !== undefined) console.warn(`skipped: ${problem}`);

it.skipIf(problem)("a token that two processors see at the same moment admits once, of 10 000", async () => {
  await using lab = await createLab();
  const [host, laptop, phone] = await Promise.all([
    lab.addHost("web-1"),
    lab.addClient("laptop"),
    lab.addClient("phone"),
  ]);
  const knockers = { alice: { services: ["ssh"], token: TOKEN_SECRET } };
  await guard(lab, host, hostPayload({ services: { ssh: { ports: ["22"] } }, policy: { knockers } }));
  const value = tokenId(tokenFingerprint(TOKEN_SECRET, "alice"));
  const tokens = Array.from({ length: PAIRS }, () => randomBytes(16).toString("hex"));
  const elements = tokens.map((token) => `0x${token} timeout 1h : ${value.slice(0, -2)}ff`);
  await host.run("nft -f -", {
    input: [
      `add element inet portknock pk_tokens { ${elements.join(",\n")} }`,
      "insert rule inet portknock pk_admit_alice counter",
      "insert rule inet portknock pk_prerouting udp dport 9 counter",
      "",
    ].join("\n"),
  });

  // On a processor each: what they send runs through the host's rules on the one that sent it.
  const script = join(import.meta.dirname, "../support/packets/datagrams.py");
  const start = Number((await host.run("cut -d ' ' -f 1 /proc/uptime")).stdout) + 3;
  const sent = await Promise.all(
    [laptop, phone].map((client, cpu) =>
      client.run(["python3", script, host.address4, "9", `${cpu}`, `${start}`, `${STEP_SECONDS}`], {
        input: `${tokens.join("\n")}\n`,
      }),
    ),
  );
  expect(sent.map(({ stdout }) => stdout)).toEqual([`${PAIRS}\n`, `${PAIRS}\n`]);
  const packets = async (chain: string): Promise<number> =>
    Number(/packets (\d+)/.exec((await host.run(`nft list chain inet portknock ${chain}`)).stdout)?.[1]);
  expect([await packets("pk_prerouting"), await packets("pk_admit_alice")]).toEqual([2 * PAIRS, PAIRS]);
});
