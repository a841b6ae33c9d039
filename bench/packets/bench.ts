import { nextLabId } from "../../lab/labId";
import { sweepLabs } from "../../lab/sweepLabs";
import { loadBare } from "./loadBare";
import { type Sender, startSender } from "./sender";
import { benchServices } from "./services";
import type { Daemon, System } from "./systems/system";
import { createTrack, type Track } from "./track";

/** What all measures of one run share. */
export interface Bench {
  readonly sender: Sender;
  /** Where every ratio's base is measured. */
  readonly bare: Track;
  readonly rounds: number;
  addTrack(name: string): Promise<Track>;
  /** Loads a system for so many services on a track of its own, once in a run. */
  install(system: System, count: number): Promise<Installed>;
  /** Says how far the run has come. */
  say(text: string): void;
  /** Ends what it started. The namespaces are removed when the process ends, however it ends. */
  stop(): Promise<void>;
}

export interface Installed {
  readonly track: Track;
  readonly daemon: Daemon | undefined;
}

export async function openBench(rounds: number): Promise<Bench> {
  sweepLabs();
  const benchId = nextLabId();
  const addTrack = (name: string): Promise<Track> => createTrack(benchId, name);
  const addBareTrack = async (name: string): Promise<Track> => {
    const track = await addTrack(name);
    await loadBare(track);
    return track;
  };
  const started = performance.now();
  const sender = startSender();
  const installed = new Map<string, Promise<Installed>>();
  const load = async (system: System, count: number): Promise<Installed> => {
    const prepared = system.prepare(benchServices(count));
    const name = `${system.name}, ${count}`;
    const track = await (system.isBesideBare ? addBareTrack(name) : addTrack(name));
    return { track, daemon: await prepared(track) };
  };
  return {
    sender,
    bare: await addBareTrack("bare"),
    rounds,
    addTrack,
    install: (system, count) => {
      const key = `${system.name} ${count}`;
      const loading = installed.get(key) ?? load(system, count);
      installed.set(key, loading);
      return loading;
    },
    say: (text) => {
      const seconds = Math.round((performance.now() - started) / 1000);
      process.stderr.write(`${String(seconds).padStart(5)} s  ${text}\n`);
    },
    stop: async () => {
      sender.stop();
      const all = await Promise.all(installed.values());
      await Promise.all(all.map(({ daemon }) => daemon?.stop()));
    },
  };
}

/** Whether a system can be measured with that many services. */
export function carries({ mostServices }: System, count: number): boolean {
  return mostServices === undefined || count <= mostServices.count;
}
