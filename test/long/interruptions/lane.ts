import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hostDiagnostics } from "../../support/engineOutput";
import type { FleetStack } from "../../support/fleetStack";
import { readStatusLocally } from "../../support/hostPayload";
import { type Broken, FAULTS, type Fault, type Moment } from "./faults";
import { isOpenToStrangers, ROLLBACK_SECONDS, type Scene, SEQUENCE_PORTS } from "./scene";

/** What became of one interrupted update. */
export interface Outcome {
  readonly fault: Fault;
  readonly moment: Moment;
  /** How the interrupted update ended. */
  readonly ended: "done" | "failed";
  /** How long it took, the fault included. */
  readonly seconds: number;
  /** What it said last of all to whoever waited for it. */
  readonly words: readonly string[];
  readonly wrong: readonly string[];
}

/** An update in which nothing answers any more ends by itself within this. */
const LONGEST_SECONDS = 300;

/** Interrupts an update of the scene, and looks whether the next plain one makes up for it. */
export async function interrupt(scene: Scene, fault: Fault, moment: Moment): Promise<Outcome> {
  const wrong: string[] = [];
  await scene.change();
  const kept = readFileSync(checkpointOf(scene.stack), "utf8");
  const start = performance.now();
  const broken = await FAULTS[fault](scene, moment);
  const seconds = (performance.now() - start) / 1000;
  if (seconds > LONGEST_SECONDS) wrong.push(`took ${Math.round(seconds)} s`);
  wrong.push(...judgeWords(broken));
  if (await isOpenToStrangers(scene)) wrong.push("open to strangers after it");
  wrong.push(...(await judgeNextUpdate(scene, kept)));
  const ended = broken.exitCode === 0 ? "done" : "failed";
  return { fault, moment, ended, seconds, words: hostDiagnostics(broken.said), wrong };
}

function judgeWords({ said }: Broken): readonly string[] {
  const leaks = SEQUENCE_PORTS.filter((port) => said.includes(port));
  return [
    ...(leaks.length > 0 ? ["names a port of a sequence"] : []),
    ...(/^\s+at .*:\d+:\d+\)?$/m.test(said) ? [`prints a stack:\n${said}`] : []),
  ];
}

/**
 * An engine that is killed while it writes to a file backend leaves half a checkpoint, and the one before as a backup, or
 * half of that as well: then the one that somebody kept.
 */
function restoreCheckpoint(stack: FleetStack, kept: string): void {
  const checkpoint = checkpointOf(stack);
  const whole = [checkpoint, `${checkpoint}.bak`].map((file) => readFileSync(file, "utf8")).find(isWhole);
  writeFileSync(checkpoint, whole ?? kept);
}

function checkpointOf({ folder, name }: FleetStack): string {
  return join(folder, "state/.pulumi/stacks/portknock-fleet", `${name}.json`);
}

function isWhole(json: string): boolean {
  try {
    JSON.parse(json);
    return true;
  } catch {
    return false;
  }
}

async function judgeNextUpdate(scene: Scene, kept: string): Promise<readonly string[]> {
  const { stack, host } = scene;
  const wrong: string[] = [];
  restoreCheckpoint(stack, kept);
  // An engine that was killed leaves its lock behind, and says so.
  let up = await stack.up({ check: false });
  if (/locked by/.test(up.stdout + up.stderr)) {
    await stack.pulumi(["cancel", "--yes", "--stack", stack.name]);
    up = await stack.up({ check: false });
  }
  if (up.exitCode !== 0) wrong.push(`the next update failed:\n${up.stdout}${up.stderr}`);
  wrong.push(...judgeWords({ said: up.stdout + up.stderr, exitCode: up.exitCode }));
  const preview = await stack.preview({ check: false, args: ["--expect-no-changes"] });
  if (preview.exitCode !== 0) wrong.push(`and then a preview sees changes:\n${preview.stdout}`);
  const { state, findings } = await readStatusLocally(host);
  if (state !== "guarded" || findings.length > 0) wrong.push([state, ...findings].join("; "));
  if (await isOpenToStrangers(scene)) wrong.push("open to strangers after the next update");
  const units = "systemctl list-units --all --plain --no-legend 'portknock-rollback*'";
  const { stdout } = await host.run(units);
  if (stdout !== "") wrong.push(`a rollback is still armed ${ROLLBACK_SECONDS} s or less:\n${stdout}`);
  return wrong;
}
