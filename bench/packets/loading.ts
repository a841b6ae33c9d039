import { figure, NOT_MEASURED, table } from "../markdown";
import { median } from "../statistics";
import { type Bench, carries } from "./bench";
import { bytesAtRest, kernelBytes } from "./kernelBytes";
import { loadBare } from "./loadBare";
import { benchServices } from "./services";
import { article } from "./systems/article";
import { knockd } from "./systems/knockd";
import { oursBaseline, oursGuard } from "./systems/ours";
import { recent } from "./systems/recent";
import type { Load, System } from "./systems/system";
import type { Track } from "./track";

const COUNTS = [1, 10, 100, 1000, 10_000] as const;
const SYSTEMS: readonly System[] = [oursGuard, oursBaseline, article, recent, knockd];
const LOADS = 5;
/** Loads that take so long together are enough. */
const ENOUGH_SECONDS = 30;

interface Loaded {
  readonly seconds: number;
  readonly bytes: number;
}

/** How long a ruleset takes to load, and what the kernel keeps of it. */
export async function measureLoading(bench: Bench): Promise<string> {
  const rows: { readonly system: System; readonly cells: readonly (Loaded | undefined)[] }[] = [];
  for (const system of SYSTEMS) {
    const cells: (Loaded | undefined)[] = [];
    for (const count of COUNTS) {
      if (carries(system, count)) bench.say(`loading: ${system.name} with ${figure(count)} sequences`);
      cells.push(carries(system, count) ? await measureLoads(bench, system, count) : undefined);
    }
    rows.push({ system, cells });
  }
  const show = (print: (loaded: Loaded) => string): readonly (readonly string[])[] =>
    rows.map(({ system, cells }) => [
      system.name,
      ...cells.map((loaded) => (loaded === undefined ? NOT_MEASURED : print(loaded))),
    ]);
  const head = ["sequences", ...COUNTS.map(figure)];
  return [
    "## Loading\n",
    "Seconds from the start of `nft -f` (`iptables-restore`, knockd until it listens) to its end, in a fresh " +
      "namespace, as root; medians:\n",
    table(
      head,
      show(({ seconds }) => figure(seconds)),
    ),
    "Memory in MB; medians. Of the kernel: by how much the load raised SUnreclaim, VmallocUsed and Percpu of " +
      "/proc/meminfo together. For knockd what is resident of the process.\n",
    table(
      head,
      show(({ bytes }) => figure(bytes / 1e6)),
    ),
  ].join("\n");
}

async function measureLoads(bench: Bench, system: System, count: number): Promise<Loaded> {
  const load = system.prepare(benchServices(count));
  const tracks: Track[] = [];
  const loads: Loaded[] = [];
  await bytesAtRest();
  while (loads.length < LOADS && sum(loads) < ENOUGH_SECONDS) {
    const track = await bench.addTrack(system.name);
    tracks.push(track);
    if (system.isBesideBare) await loadBare(track);
    loads.push(await measureLoad(track, load));
  }
  await Promise.all(tracks.map((track) => track.remove()));
  return {
    seconds: median(loads.map(({ seconds }) => seconds)),
    bytes: median(loads.map(({ bytes }) => bytes)),
  };
}

async function measureLoad(track: Track, load: Load): Promise<Loaded> {
  const before = kernelBytes();
  const started = performance.now();
  const daemon = await load(track);
  const seconds = (performance.now() - started) / 1000;
  const bytes = daemon?.residentBytes() ?? kernelBytes() - before;
  await daemon?.stop();
  return { seconds, bytes };
}

function sum(loads: readonly Loaded[]): number {
  return loads.reduce((total, { seconds }) => total + seconds, 0);
}
