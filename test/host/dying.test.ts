import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HOST_SCRIPT } from "../../components/remote/envelope";
import {
  awaitRollback,
  type HostPayload,
  hostPayload,
  listTable,
  readStatusLocally,
  runVerbLocally,
  SEQUENCE_PORTS,
  SSH,
  snapshot,
} from "../support/hostPayload";
import { createLab, type Lab, type LabHost, labProblem } from "../support/lab";

type Verb = "apply" | "confirm";

/** How many of a verb's steps a test lets it die at. */
const SPREAD = 12;

describe.skipIf(labProblem() !== undefined)("a run that is killed", () => {
  let lab: Lab;
  let guarded: LabHost;
  let fresh: LabHost;
  let untouched: string;
  const steps: Record<Verb, number> = { apply: 0, confirm: 0 };
  const both = hostPayload();
  const one = hostPayload({ services: { ssh: SSH }, allow: ["10.77.0.1"] });
  const ends = new Map<HostPayload, string>();

  beforeAll(async () => {
    lab = await createLab();
    [guarded, fresh] = await Promise.all([lab.addHost("web-1"), lab.addHost("web-2")]);
    untouched = await snapshot(fresh);
    await finish(guarded, both);
    for (const payload of [one, both]) {
      for (const verb of ["apply", "confirm"] as const) {
        const { stdout } = await runVerbLocally(guarded, verb, dyingAt(payload, 0));
        steps[verb] = Number(/^steps (\d+)$/m.exec(stdout)?.[1]);
      }
      ends.set(payload, await endOf(guarded));
    }
    expect(Object.values(steps).every((count) => count > 20)).toBe(true);
  });
  afterAll(() => lab?.dispose());

  const finish = async (host: LabHost, payload: HostPayload): Promise<void> => {
    for (const verb of ["apply", "confirm"] as const) {
      const { stderr } = await runVerbLocally(host, verb, payload);
      expect(stderr).toBe("");
    }
  };
  const endOf = async (host: LabHost): Promise<string> => {
    const files = (await snapshot(host))
      .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "ATTEMPT")
      // The script of the last run, which these tests edit.
      .replace(/host\.sh 600 \d+/, "host.sh 600")
      // That a host rolled back is told until the next apply.
      .replace(/^.*rolled-back.*\n/m, "");
    const boot = await host.readFile("/etc/portknock/ruleset.nft");
    return [await listTable(host), boot, files].join("\n");
  };
  const spread = (verb: Verb): readonly number[] =>
    Array.from({ length: SPREAD }, (_, index) => 1 + Math.round((index * (steps[verb] - 1)) / (SPREAD - 1)));
  /** Kills the script, and every other time the shell around it too, which then cleans nothing up. */
  const killAt = async (host: LabHost, verb: Verb, payload: HostPayload, step: number): Promise<void> => {
    const { exitCode } = await runVerbLocally(host, verb, dyingAt(payload, step));
    expect(exitCode).toBe(137);
    const readable =
      "setpriv --reuid 2002 --regid 2002 --clear-groups grep -rwlF -D skip -f - /etc/portknock /etc/systemd /var/lib/portknock /run /tmp 2>/dev/null";
    const { stdout } = await host.run(readable, { input: `${SEQUENCE_PORTS.join("\n")}\n`, check: false });
    expect(stdout).toBe("");
    const left = await host.run(
      "ls -d /run/portknock.* 2>/dev/null | xargs -r stat -c '%a %U'; rm -rf /run/portknock.*",
    );
    expect(left.stdout).toBe(step % 2 === 0 ? "700 root\n" : "");
  };
  /** What status says of the loaded rules is so. */
  const expectTruth = async (host: LabHost, rules: ReadonlyMap<string, string>): Promise<void> => {
    const { state, token = "", findings } = await readStatusLocally(host);
    const loaded = await listTable(host);
    if (state === "unguarded") expect(loaded).toBe("");
    else if (findings.length === 0) expect(loaded).toBe(rules.get(token));
    const timers = await host.run("systemctl list-timers --no-legend 'portknock*' | wc -l");
    if (state === "pending") expect(Number(timers.stdout)).toBeGreaterThan(0);
  };

  it.each(["apply", "confirm"] as const)(
    "at any line of %s on a guarded host is mended by the next run",
    async (verb) => {
      const rules = new Map<string, string>();
      for (const payload of [one, both]) {
        await finish(guarded, payload);
        rules.set(payload.token, await listTable(guarded));
      }
      for (const [index, step] of spread(verb).entries()) {
        const payload = index % 2 === 0 ? one : both;
        if (verb === "confirm") await runVerbLocally(guarded, "apply", payload);
        await killAt(guarded, verb, payload, step);
        await expectTruth(guarded, rules);
        await finish(guarded, payload);
        expect(await endOf(guarded)).toBe(ends.get(payload));
      }
    },
  );

  it("at any line of the first apply leaves what the next remove takes away, or the next apply mends", async () => {
    await finish(fresh, both);
    const rules = new Map([[both.token, await listTable(fresh)]]);
    await runVerbLocally(fresh, "remove", both);
    // Some steps of an apply over old rules are not taken here.
    const last = Math.floor(steps.apply * 0.6);
    for (const step of [4, 9, 14, 19, last - 3, last]) {
      await killAt(fresh, "apply", both, step);
      await expectTruth(fresh, rules);
      if (step % 2 === 0) {
        await finish(fresh, both);
        expect(await endOf(fresh)).toBe(ends.get(both));
      }
      expect((await runVerbLocally(fresh, "remove", both)).stdout).toBe("portknock: removed\n");
      expect(await snapshot(fresh)).toBe(untouched);
    }
  });

  it("and is not repeated is rolled back by its timer", async () => {
    await finish(guarded, both);
    const before = await endOf(guarded);
    const quick = hostPayload({ services: { ssh: SSH }, rollbackTimeout: "5s" });
    const afterLoad = (payload: HostPayload) => ({
      input: payload.input.replace("\n\tlist_table >", () => "\n\tkill -9 $$\n\tlist_table >"),
    });
    await Promise.all(
      [guarded, fresh].map(async (host) => {
        expect((await runVerbLocally(host, "apply", afterLoad(quick))).exitCode).toBe(137);
        const { state, findings } = await readStatusLocally(host);
        expect({ state, findings }).toEqual({
          state: "pending",
          findings: ["the last apply did not finish"],
        });
        await awaitRollback(host);
      }),
    );
    expect(await endOf(guarded)).toBe(before);
    expect(await snapshot(fresh)).toBe(untouched);
  });
});

/** The payload with a script that counts its steps and dies at one of them; 0 is none. */
function dyingAt(payload: HostPayload, step: number): Pick<HostPayload, "input"> {
  return { input: payload.input.replace(HOST_SCRIPT, () => withSteps(HOST_SCRIPT, step)) };
}

const NO_STATEMENT = /^(then|else|elif|fi|do|done|esac|\}|\)|;;|#|\||&&|[a-z -]*( \| [a-z]+)*\)( |$)|\*\) )/;

function withSteps(script: string, deathAt: number): string {
  const whom = deathAt % 2 === 0 ? "$PPID $$" : "$$";
  const step = `portknock_steps=0
portknock_step() {
	portknock_steps=$((portknock_steps + 1))
	[ $portknock_steps != ${deathAt} ] || kill -9 ${whom}
}
`;
  let isQuoted = false;
  let isContinued = false;
  let isDocument = false;
  const lines = script.split("\n").map((line) => {
    const text = line.trimStart();
    const isStatement =
      line.startsWith("\t") &&
      !isQuoted &&
      !isContinued &&
      !isDocument &&
      text !== "" &&
      !NO_STATEMENT.test(text);
    if (text === "UNIT") isDocument = false;
    else if (line.includes("<<-UNIT")) isDocument = true;
    if (!text.startsWith("#") && (line.split("'").length - 1) % 2 === 1 && !isDocument) isQuoted = !isQuoted;
    isContinued = /(\\|\||&&)$/.test(line);
    return isStatement ? `${line.slice(0, line.length - text.length)}portknock_step; ${text}` : line;
  });
  const [shebang = "", ...rest] = lines;
  const body = rest
    .join("\n")
    .replace('\nportknock_main "$@"\n', '\nportknock_main "$@" && echo "steps $portknock_steps"\n');
  return [shebang, step, body].join("\n");
}
