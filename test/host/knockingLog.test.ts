import { execFileSync } from "node:child_process";
import { accessSync, constants, readFileSync, writeFileSync } from "node:fs";
import * as ipaddr from "ipaddr.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parsePolicy } from "../../components/policy/written/parsePolicy";
import { compilePolicy } from "../../components/ruleset/compilePolicy";
import { addressOf } from "../support/packets/scripts/addresses";
import {
  createScriptLab,
  type ScriptLab,
  scriptLabProblem,
  type Target,
} from "../support/packets/scripts/scriptLab";

const ALL_NAMESPACES = "/proc/sys/net/netfilter/nf_log_all_netns";
const problem = scriptLabProblem() ?? logProblem();
if (problem !== undefined) console.warn(`skipped: ${problem}`);

const SERVICES = {
  ssh: { ports: ["4222"], sequence: "7000,8000/udp,9000", accessWindow: "1h" },
  web: { ports: ["4333"], sequence: "7000,5000/udp,9000", accessWindow: "1h" },
};
const KNOCKS = ["7000/tcp", "8000/udp", "9000/tcp"];
const ONE = { PROTO: "TCP", DPT: "4222" };

describe.skipIf(problem !== undefined).each([4, 6] as const)("the kernel's log over IPv%i", (family) => {
  let lab: ScriptLab;
  let target: Target;
  let plays = 0;
  let before = "0";

  beforeAll(async () => {
    // A kernel writes lines of its first network namespace only, unless it is told otherwise.
    before = readFileSync(ALL_NAMESPACES, "utf8");
    writeFileSync(ALL_NAMESPACES, "1");
    lab = await createScriptLab();
    target = await lab.addTarget("guarded", ["4222/tcp"]);
  });
  afterAll(async () => {
    writeFileSync(ALL_NAMESPACES, before);
    await lab?.[Symbol.asyncDispose]();
  });

  let since = 0;
  const load = (log: object) => {
    since = stampOf(kernelLines().at(-1) ?? "");
    return target.load(compilePolicy(parsePolicy({ services: SERVICES, log })));
  };
  const nextSource = () => {
    plays += 1;
    return addressOf(family === 4 ? "v4" : "v6", plays);
  };

  it("has a line for each connection of who is admitted, and none for knocks or refusals", async () => {
    await load({});
    const source = nextSource();
    expect(
      await target.answersTo(source, ["4222/tcp", "4333/tcp", ...KNOCKS, "4222/tcp", "4222/tcp"]),
    ).toEqual([...["closed", "closed", "closed", "closed", "closed"], ...["open", "open"]]);
    expect(linesAbout(source, since)).toEqual([
      { prefix: "portknock: ssh: admitted", ...ONE },
      { prefix: "portknock: ssh: admitted", ...ONE },
    ]);
  });

  it("has lines for refusals and for stages where they are asked for", async () => {
    await load({ admissions: false, stages: true, refusals: true });
    const source = nextSource();
    await target.answersTo(source, ["4222/tcp", ...KNOCKS, "4222/tcp"]);
    expect(linesAbout(source, since)).toEqual([
      { prefix: "portknock: ssh: refused", ...ONE },
      { prefix: "portknock: ssh, web: stage 1", PROTO: "TCP", DPT: "7000" },
      { prefix: "portknock: ssh: stage 2", PROTO: "UDP", DPT: "8000" },
      { prefix: "portknock: ssh: admit sequence complete", PROTO: "TCP", DPT: "9000" },
    ]);
  });

  it("has no more lines a minute than asked for, ten at once, for each service", async () => {
    await load({ refusals: true, linesPerMinute: 1 });
    const source = nextSource();
    const tries = Array.from({ length: 30 }, () => ["4222/tcp", "4333/tcp"]);
    await target.answersTo(source, tries.flat());
    const prefixes = linesAbout(source, since).map(({ prefix }) => prefix);
    expect(prefixes.filter((prefix) => prefix === "portknock: ssh: refused").length).toBe(10);
    expect(prefixes.filter((prefix) => prefix === "portknock: web: refused").length).toBe(10);
  });
});

/** Prefix, protocol and port of what the kernel wrote about a source since a moment. */
function linesAbout(source: string, since: number) {
  const address = ipaddr.parse(source);
  const shown =
    address instanceof ipaddr.IPv6
      ? address.parts.map((part) => part.toString(16).padStart(4, "0")).join(":")
      : address.toString();
  return kernelLines()
    .filter((line) => line.includes(` SRC=${shown} `) && stampOf(line) > since)
    .map((line) => ({
      prefix: /\] (portknock: .*?) IN=/.exec(line)?.[1],
      PROTO: /PROTO=(\w+)/.exec(line)?.[1],
      DPT: /DPT=(\d+)/.exec(line)?.[1],
    }));
}

function kernelLines(): readonly string[] {
  return execFileSync("dmesg", { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 })
    .trimEnd()
    .split("\n");
}

/** Seconds since the machine's start. */
function stampOf(line: string): number {
  return Number(/^\[ *([\d.]+)\]/.exec(line)?.[1] ?? 0);
}

/** Why the kernel's log cannot be read here, in one line, or undefined when it can. */
function logProblem(): string | undefined {
  try {
    accessSync(ALL_NAMESPACES, constants.W_OK);
    execFileSync("dmesg", ["--level", "emerg"], { stdio: "ignore" });
    return undefined;
  } catch {
    return "the kernel does not log for namespaces here, or its log cannot be read";
  }
}
