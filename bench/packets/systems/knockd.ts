import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { RunningProcess } from "../../../lab/startProcess";
import type { BenchService } from "../services";
import { INTERFACE, type Track } from "../track";
import type { Daemon, System } from "./system";

/** The daemon, on the core that does not send. Its command does nothing unless one is given. */
export const knockd: System = {
  name: "knockd",
  isBesideBare: true,
  mostServices: {
    count: 1000,
    reason: "with 2 000 it takes minutes to start, with 10 000 it ends: pcap_compile: out of memory",
  },
  prepare: (services) => {
    const config = knockdConfig(services, () => "true");
    return (track) => startKnockd(track, config);
  },
};

export function knockdConfig(
  services: readonly BenchService[],
  openCommand: (service: BenchService) => string,
): string {
  const doors = services.map((service) =>
    [
      `[${service.name}]`,
      `sequence = ${service.knocks.join(",")}`,
      "seq_timeout = 5",
      "tcpflags = syn",
      `command = ${openCommand(service)}`,
    ].join("\n"),
  );
  return `[options]\n${doors.join("\n\n")}\n`;
}

export async function startKnockd(track: Track, config: string): Promise<Daemon> {
  const folder = mkdtempSync(join(tmpdir(), "portknock-bench-"));
  const file = join(folder, "knockd.conf");
  writeFileSync(file, config);
  const started = await track.spawnOnHost(["taskset", "-c", "1", "knockd", "-i", INTERFACE, "-c", file]);
  const { pid } = started;
  await listening(started).finally(() => rmSync(folder, { recursive: true }));
  return {
    idleNanoseconds: () => idleNanoseconds(pid),
    residentBytes: () => Number(/^VmRSS:\s+(\d+) kB$/m.exec(readProcess(pid, "status"))?.[1]) * 1024,
    stop: async () => {
      await started.stop();
    },
  };
}

/** It says nothing when it is ready; but then it has a packet socket, and waits. */
async function listening({ pid, result }: RunningProcess): Promise<void> {
  const ended = result.then(({ stdout, stderr }) => {
    throw new Error(`knockd ended: ${stderr}${stdout}`);
  });
  const isListening = async (): Promise<void> => {
    while (!hasPacketSocket(pid)) await sleep(20);
    await idleNanoseconds(pid);
  };
  await Promise.race([isListening(), ended]);
  ended.catch(() => {});
}

function hasPacketSocket(pid: number): boolean {
  return readFileSync(`/proc/${pid}/net/packet`, "utf8").trimEnd().includes("\n");
}

async function idleNanoseconds(pid: number): Promise<number> {
  // Longer than the 50 ms after which libpcap hands over what has come in.
  let before = -1;
  for (;;) {
    const now = usedNanoseconds(pid);
    if (now === before && isWaiting(pid)) return now;
    before = now;
    await sleep(70);
  }
}

/** The first figure of schedstat: `stat` has the same in hundredths of a second. */
function usedNanoseconds(pid: number): number {
  return Number(readProcess(pid, "schedstat").split(" ")[0]);
}

function isWaiting(pid: number): boolean {
  return /^State:\s+S/m.test(readProcess(pid, "status"));
}

function readProcess(pid: number, file: string): string {
  return readFileSync(`/proc/${pid}/${file}`, "utf8");
}
