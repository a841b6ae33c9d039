import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { explainPacket } from "../../components/explain/explainPacket";
import type { ExplainedPacket } from "../../components/explain/explanation";
import { parsePortRange } from "../../components/policy/portRange";
import { addressesIn } from "../../components/policy/tokenNetwork";
import { compilePolicy } from "../../components/ruleset/compilePolicy";
import { addressOf } from "../support/packets/scripts/addresses";
import { SCRIPT_CASES } from "../support/packets/scripts/scriptCases";
import { createScriptLab, type ScriptLab, scriptLabProblem } from "../support/packets/scripts/scriptLab";
import type { Answer } from "../support/packets/step";

const problem = scriptLabProblem();
if (problem !== undefined) console.warn(`skipped: ${problem}`);

/** What an explanation says, as the sender sees it. */
function explained(
  policy: Parameters<typeof explainPacket>[0],
  packet: ExplainedPacket,
  isListening: boolean,
): Answer {
  switch (explainPacket(policy, packet).fate) {
    case "accepted":
    case "left alone":
      return isListening ? "open" : "closed";
    case "refused":
      return "closed";
    case "dropped":
      return "silent";
    default:
      throw new Error("bug: unknown fate");
  }
}

describe.skipIf(problem !== undefined)("what explain says", () => {
  let lab: ScriptLab;
  beforeAll(async () => {
    lab = await createScriptLab();
  });
  afterAll(() => lab?.[Symbol.asyncDispose]());

  it.concurrent.each(SCRIPT_CASES)(
    "is what the kernel does with the first packet of every kind of source to every kind of port: $name",
    async ({ name, policy, listening, others, sources }) => {
      const target = await lab.addTarget(name, listening, addressesIn(policy)?.cidr);
      await target.load(compilePolicy(policy));
      const ports = [...new Set([...listening, ...others.filter((text) => /^\d+\/\w+$/.test(text))])];
      // Each from an address of its own: no packet is anybody's second.
      const packets = ports.flatMap((port) => sources.map((source) => ({ port, source })));
      const sent = packets.map(({ port, source }, play) => ({ from: addressOf(source, play), packet: port }));
      const { steps } = await target.send(sent, 0.4);
      const seen = sent.map(({ from, packet }, index) => `${from} ${packet}: ${steps[index]?.answer}`);
      const said = sent.map(({ from, packet }) => {
        const parsed = parsePortRange(packet);
        if (parsed.kind === "refused") throw new Error(`bug: ${packet}`);
        const { protocol, from: port } = parsed.value;
        const answer = explained(policy, { address: from, protocol, port }, listening.includes(packet));
        return `${from} ${packet}: ${answer}`;
      });
      expect(seen).toEqual(said);
      expect(seen.length).toBeGreaterThan(40);
    },
  );
});
