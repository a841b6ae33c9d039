import { setTimeout as sleep } from "node:timers/promises";
import { waitUntil } from "../../../lab/waitUntil";
import { hostPayload, readStatusLocally, runVerbLocally } from "../../support/hostPayload";
import type { Guest } from "./guest";
import { start } from "./guestNetwork";
import { shell } from "./hostScript";
import { createChecks, type PartOptions, type PartOutcome } from "./part";

const WINDOW = 20;
const ROLLBACK = 15;
const PACKETS = ["7000/tcp", "8000/udp", "9000/tcp", "2222/tcp"];
const STEPS = ["+2 days", "-4 days", "+2 days"];

/** The clock on the wall is stepped: windows and the rollback timer go by another one. */
export async function runClockSteps({ guest, network, say }: PartOptions): Promise<PartOutcome> {
  const checks = createChecks(say);
  const host = shell(guest);
  const services = {
    door: { ports: ["2222"], sequence: "7000,8000/udp,9000", accessWindow: `${WINDOW}s` },
  };
  const payload = hostPayload({ services, policy: { guardedAnswer: "reject" } });
  const other = hostPayload({ services, rollbackTimeout: `${ROLLBACK}s`, policy: { openPorts: ["443"] } });
  const { host: target } = network;
  await start(guest, "host", "python3 /run/guest/listener.py 2222/tcp");
  for (const verb of ["apply", "confirm"] as const)
    checks.same(verb, (await runVerbLocally(host, verb, payload, "c1")).exitCode, 0);
  for (const [index, step] of STEPS.entries()) {
    say(`clock stepped by ${step}`);
    const from = `10.128.7.${index + 1}`;
    checks.same(`${from}: the window opens`, (await target.answersTo(from, PACKETS)).at(-1), "open");
    const opened = performance.now();
    await guest.run(`date -s "$(date -d '${step}' '+%Y-%m-%d %H:%M:%S')" >/dev/null`);
    checks.same(`${from}: after the step`, await target.answersTo(from, ["2222/tcp"]), ["open"]);
    await sleep(Math.max(0, 1000 * (WINDOW + 1.5) - (performance.now() - opened)));
    checks.same(`${from}: after its window`, await target.answersTo(from, ["2222/tcp"]), ["closed"]);

    const marker = `c${index + 2}`;
    const applied = await runVerbLocally(host, "apply", other, marker);
    checks.same("apply", applied.exitCode, 0);
    await guest.run(`date -s "$(date -d '${step}' '+%Y-%m-%d %H:%M:%S')" >/dev/null`);
    const isBack = async () => (await readStatusLocally(host)).token === payload.token;
    await waitUntil(isBack, 120, () => "the rollback");
    const took = await secondsToRollback(guest, /^attempt (.*)$/m.exec(applied.stdout)?.[1] ?? "");
    const isInTime = took > ROLLBACK - 1 && took < ROLLBACK + 5;
    checks.same(`the rollback comes in time, not after ${took.toFixed(1)} s`, isInTime, true);
    await waitUntil(
      async () => (await readStatusLocally(host)).state === "guarded",
      60,
      () => "the rollback's end",
    );
    checks.same("findings", (await readStatusLocally(host)).findings, []);
  }
  checks.same("remove", (await runVerbLocally(host, "remove", payload, "c9")).exitCode, 0);
  return checks.outcome();
}

/** From the timer's start to the rollback's, as systemd wrote it down: what else a machine does here takes its time. */
async function secondsToRollback(guest: Guest, attempt: string): Promise<number> {
  const firstOf = async (kind: "timer" | "service"): Promise<number> => {
    const unit = `portknock-rollback-${attempt}.${kind}`;
    const { stdout } = await guest.run(`journalctl -b -q -o short-monotonic -u ${unit} | head -n 1`);
    return Number(/^\[ *([\d.]+)\]/.exec(stdout)?.[1]);
  };
  return (await firstOf("service")) - (await firstOf("timer"));
}
