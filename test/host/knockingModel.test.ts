import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createKnockingLab, type KnockingLab, type Source } from "../support/knockingLab";
import { createKnockModel, type KnockModel } from "../support/knockModel";
import { labProblem } from "../support/lab";
import { packetScripts, type ScriptStep } from "../support/packetScripts";
import type { Answer, StepReport } from "../support/packets/step";
import { toPort } from "../support/packets/toPort";

const problem = labProblem();
if (problem !== undefined) console.warn(`skipped: ${problem}`);

// One wait lasts longer than the short times and not as long as the long ones.
const SHORT = "2s";
const LONG = "4s";
const WAIT = { kind: "wait", milliseconds: 2900 } as const;
const POLICY = {
  services: {
    ssh: { ports: ["2222"], sequence: "7000,8000/udp,9000", knockTimeout: SHORT, accessWindow: "1h" },
    web: {
      ports: ["3333", "5353/udp"],
      sequence: "7000,8000/udp,6000,8000",
      knockTimeout: SHORT,
      accessWindow: SHORT,
    },
    mail: { ports: ["4444"], sequence: "8000/udp,7000,9000", knockTimeout: LONG, accessWindow: LONG },
    mosh: {
      ports: ["5555/udp"],
      sequence: "7000,5000/udp,8000/udp",
      closeSequence: "7000,5000/udp,9000",
      knockTimeout: LONG,
      accessWindow: "1h",
    },
    once: {
      ports: ["6666", "6666/udp"],
      sequence: "9000,7000,5000/udp",
      closeSequence: "9000,8000/udp",
      knockTimeout: LONG,
      accessWindow: "1h",
      access: "once",
    },
  },
  openPorts: ["80", "443/udp"],
};
const LISTENING = [
  "80/tcp",
  "443/udp",
  "2222/tcp",
  "3333/tcp",
  "4444/tcp",
  "5353/udp",
  "5555/udp",
  "6666/tcp",
  "6666/udp",
  "9000/tcp",
];
const OTHERS = ["80/tcp", "443/udp", "1000/tcp", "1000/udp", "7000/udp", "2222/udp", "7001/tcp"];
const FAMILIES = [4, 6, 4, 6] as const;
const SCRIPTS = 40;
const AT_ONCE = 20;

interface Played {
  /** What each packet met in the kernel, and when it was sent. */
  readonly reports: readonly StepReport[];
  readonly addresses: readonly string[];
}

describe.skipIf(problem !== undefined)("the kernel", () => {
  let knocking: KnockingLab;

  beforeAll(async () => {
    knocking = await createKnockingLab(POLICY, LISTENING);
  });
  afterAll(() => knocking?.[Symbol.asyncDispose]());

  it("does with random packets of two sources and two families what the reference says", async () => {
    const seed = Date.now() % 1_000_000;
    const scripts = fc.sample(packetScripts(knocking.policy, OTHERS, FAMILIES.length), {
      numRuns: SCRIPTS,
      seed,
    });
    let letIn = 0;
    for (let first = 0; first < SCRIPTS; first += AT_ONCE) {
      const group = scripts.slice(first, first + AT_ONCE);
      const played = await Promise.all(group.map((script) => playInTime(script)));
      for (const [index, { reports, addresses }] of played.entries()) {
        const script = group[index] ?? [];
        const model = createKnockModel(knocking.policy);
        const expected = script.map((step, at) => expectation(model, step, addresses, reports[at]?.at ?? 0));
        const where = `seed ${seed}, script ${first + index}`;
        expect({
          where,
          lines: describeSteps(
            script,
            reports.map(({ answer }) => answer),
          ),
        }).toEqual({
          where,
          lines: describeSteps(script, expected),
        });
        letIn += expected.filter((answer, at) => answer === "open" && isGuarded(script[at])).length;
      }
    }
    // Scripts that never open a door would prove nothing.
    expect(letIn).toBeGreaterThan(SCRIPTS);
  });

  /** Plays a script with new sources, again when this machine was so slow that a time may have passed or not. */
  async function playInTime(script: readonly ScriptStep[]): Promise<Played> {
    for (let attempt = 0; attempt < 4; attempt += 1) {
      const played = await play(script);
      if (isClear(script, played.reports)) return played;
    }
    throw new Error("this machine is too busy to tell whether a knock timeout had passed; try again");
  }

  async function play(script: readonly ScriptStep[]): Promise<Played> {
    const sources = FAMILIES.map((family): Source => knocking.nextSource(family));
    const steps = script.flatMap((step) =>
      step.kind === "wait" ? [WAIT] : (sources[step.source]?.steps(step.packet) ?? []),
    );
    const reports = (await sources[0]?.run(steps)) ?? [];
    return { reports, addresses: sources.map(({ address }) => address) };
  }

  function isGuarded(step: ScriptStep | undefined): boolean {
    if (step?.kind !== "packet") return false;
    const { protocol, port } = toPort(step.packet);
    return knocking.policy.services.some(({ ports }) =>
      ports.some((range) => range.protocol === protocol && range.from === port),
    );
  }
});

/** No two packets of a source are about as far apart as a time of the policy. */
function isClear(script: readonly ScriptStep[], reports: readonly StepReport[]): boolean {
  const sent = script.flatMap((step, index) =>
    step.kind === "packet" ? [{ source: step.source, at: reports[index]?.at ?? 0 }] : [],
  );
  return sent.every((later, index) =>
    sent.slice(0, index).every(({ source, at }) => {
      const seconds = later.at - at;
      return source !== later.source || [2, 4].every((time) => Math.abs(seconds - time) > 0.3);
    }),
  );
}

function expectation(model: KnockModel, step: ScriptStep, addresses: readonly string[], now: number): Answer {
  if (step.kind === "wait") return "unknown";
  const source = addresses[step.source] ?? "";
  const fate = model.receive({ source, ...toPort(step.packet), isNew: true }, now);
  return fate === "goesOn" && LISTENING.includes(step.packet) ? "open" : "closed";
}

function describeSteps(script: readonly ScriptStep[], answers: readonly Answer[]): readonly string[] {
  return script.map((step, index) =>
    step.kind === "wait" ? "wait" : `source ${step.source} sends ${step.packet}: ${answers[index]}`,
  );
}
