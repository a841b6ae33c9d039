import { createLab } from "../lab";
import { engine } from "../test/support/tools";
import { repairDrift } from "./chapters/drift";
import { guardHosts, updateAgain } from "./chapters/guard";
import { knockAndStay, scanPorts } from "./chapters/knock";
import { leaveNothing, rebootHost } from "./chapters/leave";
import { refuseLockOut } from "./chapters/lockOut";
import { rollBack } from "./chapters/rollback";
import { endOnSignal } from "./endOnSignal";
import { missingParts } from "./missingParts";
import { playStory } from "./playStory";
import { openScene, type Scene } from "./scene";
import type { Step } from "./step";
import { createTerminal } from "./terminal";

const steps: readonly Step[] = [
  guardHosts,
  knockAndStay,
  scanPorts,
  updateAgain,
  repairDrift,
  refuseLockOut,
  rollBack,
  rebootHost,
  leaveNothing,
];

const terminal = createTerminal(process.stdout);

async function main(): Promise<boolean> {
  const missing = missingParts();
  for (const problem of missing) terminal.line(`demo: ${problem}`);
  if (missing.length > 0) return false;

  endOnSignal(terminal);
  const started = performance.now();
  await using lab = await createLab();
  terminal.line(`${terminal.paint("bold", "portknock")}: the whole story in ${steps.length} steps`);
  terminal.line("");
  const scene = await terminal.lineDuring("Booting two Debian hosts, web-1 and web-2", openScene(lab));
  introduce(scene);
  const { passed, failed } = await playStory(steps, scene, terminal);

  const seconds = Math.round((performance.now() - started) / 1000);
  terminal.line("");
  terminal.line(
    failed === undefined
      ? terminal.paint("green", `${passed} steps passed in ${seconds} s`)
      : terminal.paint("red", `step ${failed} of ${steps.length} failed, ${passed} passed, in ${seconds} s`),
  );
  return failed === undefined;
}

function introduce({ web1, web2, lab, stranger }: Scene): void {
  const people = {
    "web-1": web1,
    "web-2": web2,
    operator: lab.operator,
    stranger: stranger.client,
  };
  const addresses = Object.entries(people).map(([name, { address4 }]) => `${name} ${address4}`);
  terminal.line(terminal.paint("dim", addresses.join("   ")));
  const { kind } = engine().plugin;
  const plugin = kind === "standIn" ? "the project's stand-in for the command plugin" : "the command plugin";
  terminal.line(terminal.paint("dim", `the real pulumi CLI with ${plugin}, real ssh, nmap and nft`));
  terminal.line(
    terminal.paint("dim", "not shown: ssh's options for keys, pulumi's --yes and --skip-preview"),
  );
}

main().then(
  (isFine) => {
    process.exitCode = isFine ? 0 : 1;
  },
  (error: unknown) => {
    terminal.line(`demo: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  },
);
