import { setTimeout as delay } from "node:timers/promises";
import type { RunningProcess } from "../../../lab/startProcess";
import { waitUntil } from "../../../lab/waitUntil";
import { fillProcessTable } from "../../support/fillProcessTable";
import { hangCommand } from "../../support/hangCommand";
import { killTree } from "./killTree";
import type { Scene } from "./scene";

/** What goes wrong in the middle of an update. */
export type Fault =
  | "pulumi killed"
  | "pulumi and all its children killed"
  | "Ctrl-C"
  | "Ctrl-C twice"
  | "network gone for some seconds"
  | "network gone for good"
  | "nft never returns"
  | "process table full"
  | "two updates at once"
  | "another owner's update at once"
  | "update beside a pending rollback"
  | "host loses power";

/** What the update said, and what the fault left behind that is nobody's but the fault's own. */
export interface Broken {
  readonly said: string;
  readonly exitCode: number;
}

/** Where in its course the update is hit, from 0 to 1. */
export type Moment = number;

/** Starts an update and lets it go wrong; resolves when the update has ended. */
export const FAULTS: Record<Fault, (scene: Scene, moment: Moment) => Promise<Broken>> = {
  "pulumi killed": (scene, moment) => hit(scene, moment, async ({ pid }) => signal(pid, "SIGKILL")),
  "pulumi and all its children killed": (scene, moment) =>
    hit(scene, moment, async ({ pid }) => killTree(pid)),
  "Ctrl-C": (scene, moment) => hit(scene, moment, async ({ pid }) => signal(pid, "SIGINT")),
  "Ctrl-C twice": (scene, moment) =>
    hit(scene, moment, async ({ pid }) => {
      signal(pid, "SIGINT");
      await delay(200);
      signal(pid, "SIGINT");
    }),
  "network gone for some seconds": (scene, moment) =>
    hit(scene, moment, async () => {
      await setPlug(scene, "down");
      await delay(2000 + 8000 * moment);
      await setPlug(scene, "up");
    }),
  "network gone for good": async (scene, moment) => {
    const broken = await hit(scene, moment, () => setPlug(scene, "down"));
    await setPlug(scene, "up");
    return broken;
  },
  "nft never returns": async (scene, moment) => {
    await using _ = await hangCommand(scene.host, "nft", 1 + Math.floor(moment * 60));
    return await hit(scene, 0, async () => {});
  },
  "process table full": async (scene, moment) => {
    const release = await fillProcessTable(scene.host, Math.floor(moment * 12));
    try {
      return await hit(scene, 0, async () => {});
    } finally {
      await release();
    }
  },
  "two updates at once": async (scene, moment) => {
    const [first, second] = await Promise.all([
      hit(scene, 0, async () => {}),
      delay(3000 * moment).then(() => hit(scene, 0, async () => {})),
    ]);
    return first.exitCode === 0 ? second : first;
  },
  "another owner's update at once": async (scene, moment) => {
    const [, rival] = await Promise.all([
      hit(scene, 0, async () => {}),
      delay(3000 * moment).then(() => scene.rival.up({ check: false })),
    ]);
    return { said: rival.stdout + rival.stderr, exitCode: rival.exitCode };
  },
  "update beside a pending rollback": async (scene) => {
    const update = await scene.stack.start(UP);
    const candidate = "readlink /var/lib/portknock/candidate";
    const isPending = async (): Promise<boolean> =>
      (await scene.host.run(candidate, { check: false })).exitCode === 0;
    await waitUntil(isPending, 60, () => "an update that applies");
    await killTree(update.pid);
    await update.result;
    await scene.stack.pulumi(["cancel", "--yes", "--stack", scene.stack.name]);
    return hit(scene, 0, async () => {});
  },
  "host loses power": (scene, moment) =>
    hit(scene, moment, async () => {
      await scene.host.powerCut();
      await scene.host.boot();
    }),
};

const UP: readonly string[] = ["up", "--yes", "--skip-preview"];

/** How long a plain update with a change takes here, in milliseconds: what moments are parts of. */
const COURSE_MILLISECONDS = 6000;

async function hit(
  scene: Scene,
  moment: Moment,
  fault: (update: RunningProcess) => Promise<unknown>,
): Promise<Broken> {
  const update = await scene.stack.start(UP);
  let hasEnded = false;
  const ended = update.result.then((result) => {
    hasEnded = true;
    return result;
  });
  await Promise.race([ended, delay(moment * COURSE_MILLISECONDS)]);
  if (!hasEnded) {
    await fault(update);
  }
  const { stdout, stderr, exitCode } = await ended;
  return { said: stdout + stderr, exitCode };
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended by itself.
  }
}

async function setPlug({ lab, host }: Scene, state: "up" | "down"): Promise<void> {
  await lab.operator.run(["ip", "link", "set", host.port, state]);
}
