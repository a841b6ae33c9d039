import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import type { RunResult } from "../../../lab";
import type { GuestImage } from "./guestImage";

/** A machine of its own, emulated: a release's kernel, systemd and disk. What it writes is forgotten at its end. */
export interface Guest extends AsyncDisposable {
  /** Runs a shell script as root, not over the network. */
  run(script: string, options?: GuestRunOptions): Promise<TimedResult>;
  /** A line to whoever listens on a socket of the guest's file system, and the line that it answers with. */
  ask(socketPath: string, line: string): Promise<string>;
  /** Resolves when the boot's jobs are done. */
  boot(): Promise<void>;
  reboot(): Promise<void>;
  /** Everything ends at once; what was not yet on the disk is lost. */
  powerCut(): Promise<void>;
}

export interface GuestRunOptions {
  readonly input?: string;
  /** Throw when the exit code is not 0. @default true */
  readonly check?: boolean;
  /** @default 120 */
  readonly timeoutSeconds?: number;
}

/** With the guest's own clock, in seconds since its boot. */
export interface TimedResult extends RunResult {
  readonly started: number;
  readonly ended: number;
}

interface Message {
  readonly boot?: string;
  readonly id?: number;
  readonly line?: string;
}

/** An emulated processor on a machine that others use too is slow. */
const BOOT_SECONDS = 420;

export function createGuest(image: GuestImage): Guest {
  const folder = mkdtempSync(join(tmpdir(), "portknock-guest-"));
  const consolePath = join(folder, "console.log");
  const socketPath = join(folder, "agent.socket");
  const agentPath = join(folder, "agent.py");
  writeAgentDisk(agentPath);
  const waiting = new Map<number, (message: Message) => void>();
  let machine: ChildProcess | undefined;
  let agent: Socket | undefined;
  let lastId = 0;
  let booted: (() => void) | undefined;
  const bootIds = new Set<string>();

  const request = (content: object, seconds: number): Promise<Message> => {
    lastId += 1;
    const id = lastId;
    const answer = new Promise<Message>((resolve) => waiting.set(id, resolve));
    agent?.write(`${JSON.stringify({ id, ...content })}\n`);
    return within(
      answer,
      seconds,
      () => `${image.release}: no answer to ${JSON.stringify(content).slice(0, 200)}`,
    );
  };
  const run: Guest["run"] = async (script, options = {}) => {
    const { input = "", check = true, timeoutSeconds = 120 } = options;
    const message = await request({ script, input, seconds: timeoutSeconds }, timeoutSeconds + 60);
    const result = message as unknown as TimedResult;
    if (check && result.exitCode !== 0)
      throw new Error(`${script}: exit code ${result.exitCode}\n${result.stderr || result.stdout}`);
    return result;
  };
  const start = async (): Promise<void> => {
    machine = spawn("qemu-system-x86_64", machineArguments(image, { consolePath, socketPath, agentPath }), {
      stdio: ["ignore", "ignore", "inherit"],
    });
    process.once("exit", () => machine?.kill("SIGKILL"));
    while (!existsSync(socketPath)) await sleep(50);
    agent = connect(socketPath);
    await once(agent, "connect");
    createInterface({ input: agent }).on("line", (line) => {
      const message: Message = JSON.parse(line);
      if (message.boot !== undefined && !bootIds.has(message.boot)) {
        bootIds.add(message.boot);
        booted?.();
      }
      if (message.id !== undefined) waiting.get(message.id)?.(message);
    });
  };
  const awaitBoot = async (begin: () => void | Promise<void>): Promise<void> => {
    const done = new Promise<void>((resolve) => {
      booted = resolve;
    });
    await begin();
    await within(
      done,
      BOOT_SECONDS,
      () => `${image.release} did not boot; its console:\n${tail(consolePath)}`,
    );
    await run("systemctl is-system-running --wait", { check: false, timeoutSeconds: BOOT_SECONDS });
  };
  /** The agent goes down with the guest and does not answer. */
  const runLast = (script: string): void => {
    run(script).catch(() => {});
  };
  return {
    run,
    ask: async (path, line) => (await request({ socket: path, line }, 300)).line ?? "",
    boot: () => awaitBoot(start),
    reboot: () => awaitBoot(() => runLast("systemctl reboot")),
    powerCut: () => awaitBoot(() => runLast("echo b >/proc/sysrq-trigger")),
    [Symbol.asyncDispose]: async () => {
      agent?.destroy();
      machine?.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface Paths {
  readonly consolePath: string;
  readonly socketPath: string;
  readonly agentPath: string;
}

/** Without KVM, which not every machine has; nothing is written to the image. */
function machineArguments(
  image: GuestImage,
  { consolePath, socketPath, agentPath }: Paths,
): readonly string[] {
  const kernelArguments = [
    "root=/dev/vda rw console=ttyS0 panic=-1 quiet",
    ...MASKED.map((unit) => `systemd.mask=${unit}`),
  ];
  return [
    ...["-accel", "tcg,thread=multi", "-machine", "q35", "-cpu", "max", "-smp", "2", "-m", "1024"],
    ...["-nodefaults", "-display", "none", "-snapshot", "-device", "virtio-rng-pci"],
    ...["-kernel", image.kernel, "-initrd", image.initrd, "-append", kernelArguments.join(" ")],
    ...["-drive", `file=${image.disk},format=raw,if=virtio`],
    ...["-drive", `file=${agentPath},format=raw,if=virtio,readonly=on`],
    ...["-serial", `file:${consolePath}`, "-device", "virtio-serial-pci"],
    ...["-chardev", `socket,id=agent,path=${socketPath},server=on,wait=off`],
    ...["-device", "virtserialport,chardev=agent,name=agent"],
  ];
}

/** What nobody needs here, or what would run at a random moment. */
const MASKED = [
  "apt-daily.timer",
  "apt-daily-upgrade.timer",
  "dpkg-db-backup.timer",
  "e2scrub_all.timer",
  "e2scrub_reap.service",
  "fstrim.timer",
  "getty.target",
  "getty@tty1.service",
  "serial-getty@ttyS0.service",
  "systemd-logind.service",
  "systemd-timesyncd.service",
  "systemd-tmpfiles-clean.timer",
];

/** The agent as a disk of whole sectors. */
function writeAgentDisk(path: string): void {
  const text = readFileSync(join(import.meta.dirname, "agent.py"));
  writeFileSync(path, Buffer.concat([text, Buffer.alloc((512 - (text.length % 512)) % 512, "\n")]));
}

async function within<T>(work: Promise<T>, seconds: number, describe: () => string): Promise<T> {
  const abort = new AbortController();
  const limit = sleep(seconds * 1000, undefined, { signal: abort.signal }).then(() => {
    throw new Error(`${describe()}: not within ${seconds} s`);
  });
  limit.catch(() => {});
  try {
    return await Promise.race([work, limit]);
  } finally {
    abort.abort();
  }
}

function tail(path: string): string {
  return existsSync(path) ? readFileSync(path, "utf8").split("\n").slice(-30).join("\n") : "";
}
