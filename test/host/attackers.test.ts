import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parsePolicy } from "../../components/policy/written/parsePolicy";
import { compilePolicy } from "../../components/ruleset/compilePolicy";
import { addressOf, SOURCE_NETWORKS } from "../support/packets/scripts/addresses";
import {
  createScriptLab,
  type ScriptLab,
  scriptLabProblem,
  type Target,
} from "../support/packets/scripts/scriptLab";
import { countElements, sourceSets } from "../support/packets/scripts/sourceSets";

const problem = scriptLabProblem();
if (problem !== undefined) console.warn(`skipped: ${problem}`);

const KNOCKS = ["7000/tcp", "9000/tcp", "8000/tcp"];
const TIMES = { knockTimeout: "1m", accessWindow: "1h" };
const SSH = { ports: ["2222", "2222/udp"], sequence: "7000,9000,8000", ...TIMES };
const LISTENING = ["2222/tcp", "80/tcp"];
const BASELINE = { baseline: { traps: ["21"], exceptNetworks: SOURCE_NETWORKS.own } };
const OPENED = ["closed", "closed", "closed", "open"];

/** What docs/threat-model.md says that attackers reach, and what they do not. */
describe.skipIf(problem !== undefined)("whoever sends under somebody else's address", () => {
  let lab: ScriptLab;
  let target: Target;
  let number = 0;

  beforeAll(async () => {
    lab = await createScriptLab();
    target = await lab.addTarget("attacked", LISTENING);
  });
  afterAll(() => lab?.[Symbol.asyncDispose]());

  const load = (input: object = {}, ssh: object = {}) =>
    target.load(
      compilePolicy(parsePolicy({ services: { ssh: { ...SSH, ...ssh } }, openPorts: ["80"], ...input })),
    );
  const someone = (): string => {
    number += 1;
    return addressOf("v4", number);
  };

  it("is let in from his own with knocks that he has seen", async () => {
    await load();
    const [knocker, eavesdropper] = [someone(), someone()];
    expect(await target.answersTo(knocker, [...KNOCKS, "2222/tcp"])).toEqual(OPENED);
    expect(await target.answersTo(eavesdropper, [...KNOCKS, "2222/tcp"])).toEqual(OPENED);
  });

  it("sends a knocker back to the start, who gets in when he knocks once more", async () => {
    await load();
    const knocker = someone();
    const forged = "4999/tcp";
    const answers = await target.answersTo(knocker, [
      ...KNOCKS.slice(0, 2),
      forged,
      ...KNOCKS.slice(2),
      "2222/tcp",
    ]);
    expect(answers.at(-1)).toBe("closed");
    expect(await target.answersTo(knocker, [...KNOCKS, "2222/tcp"])).toEqual(OPENED);
  });

  it("does not end what is open: neither a wrong knock nor a hundred first ones do", async () => {
    await load();
    const knocker = someone();
    await target.answersTo(knocker, KNOCKS);
    await target.answersTo(knocker, ["4999/tcp", ...Array.from({ length: 100 }, () => "7000/tcp")]);
    expect(await target.answersTo(knocker, ["2222/tcp"])).toEqual(["open"]);
  });

  it("uses up an admission for once", async () => {
    await load({}, { access: "once" });
    const knocker = someone();
    const forged = "2222/tcp";
    expect(await target.answersTo(knocker, [...KNOCKS, forged, "2222/tcp"])).toEqual([...OPENED, "closed"]);
  });

  it.each(["4999/tcp null", "21/tcp"])(
    "has him blacklisted under a baseline with %s, until he knocks, and then no more",
    async (forged) => {
      await load(BASELINE);
      const knocker = someone();
      expect(await target.answersTo(knocker, [forged, "80/tcp", "22/tcp"])).toEqual([
        "silent",
        "silent",
        "silent",
      ]);
      const answers = await target.answersTo(knocker, [...KNOCKS, "2222/tcp", forged, "80/tcp"]);
      expect([answers[3], answers[5]]).toEqual(["open", "open"]);
    },
  );

  it("leaves nothing in connection tracking where he is refused", async () => {
    await load();
    const tracked = async () =>
      Number((await target.station.run(["cat", "/proc/sys/net/netfilter/nf_conntrack_count"])).stdout);
    const before = await tracked();
    const packets = Array.from({ length: 300 }, () => ({ from: someone(), packet: "2222/udp" }));
    await target.send(packets, 0);
    expect(await tracked()).toBeLessThan(before + 50);
    await target.send(
      packets.map(({ from }) => ({ from, packet: "2223/udp" })),
      0,
    );
    expect(await tracked()).toBeGreaterThan(before + 250);
  });

  it("fills one place of a set with all of a network that is one source", async () => {
    const policy = parsePolicy({ services: { ssh: SSH }, identity: { ipv6Prefix: 48 } });
    const ruleset = compilePolicy(policy);
    const packets = Array.from({ length: 300 }, (_, index) => ({
      from: `fd78:1:0:${index.toString(16)}::1`,
      packet: "7000/tcp",
    }));
    const stages = async () => (await countElements(target.station, sourceSets(ruleset)))["pk_stage6"];
    await target.load(ruleset);
    await target.send(packets, 0);
    expect(await stages()).toBe(1);
    await load();
    await target.send(packets, 0);
    expect(await stages()).toBe(300);
  });
});
