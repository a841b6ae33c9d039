import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { table } from "../markdown";
import type { Bench } from "./bench";
import type { HastyConnects } from "./hastyConnects";
import { type BenchService, benchServices } from "./services";
import { iptablesOf } from "./systems/iptablesOf";
import { knockdConfig, startKnockd } from "./systems/knockd";
import { oursGuard } from "./systems/ours";
import { HOST, type Track } from "./track";

/** Sources: the sender answers for all of this network. */
const NETWORK = "10.78.0.0/16";
const OUR_TRIES = 1000;
/** Each one that is not let in takes as long as it is waited for. */
const KNOCKD_TRIES = 200;
const CONTROL_TRIES = 50;
const LATER_MILLISECONDS = 500;

/** How often a connection is let in that is sent in the same instant as the last knock. */
export async function measureAdmissions(bench: Bench): Promise<string> {
  const [service] = benchServices(1);
  if (service === undefined) throw new Error("bug: no service");
  const ours = await oursTrack(bench, service);
  const knockds = await knockdTrack(bench, service);
  const rows: string[][] = [];
  const measure = async (track: Track, name: string, tries: number, wanted: Partial<HastyConnects> = {}) => {
    bench.say(`connections right behind the last knock: ${name}`);
    rows.push([name, `${await admittedOf(track, service, tries, wanted)} of ${tries}`]);
  };
  await measure(ours, "portknock, with the last knock", OUR_TRIES);
  await measure(ours, "portknock, without the last knock", CONTROL_TRIES, {
    knocks: service.knocks.slice(0, -1),
  });
  await measure(knockds.track, "knockd, with the last knock", KNOCKD_TRIES);
  await measure(knockds.track, `knockd, ${LATER_MILLISECONDS} ms after the last knock`, CONTROL_TRIES, {
    pauseMilliseconds: LATER_MILLISECONDS,
  });
  await knockds.stop();
  return [
    "## Connecting right after the last knock\n",
    "All knocks and the connection are sent back to back by one program, each try from an address of its own. " +
      "Admitted is whose first SYN was answered, within 200 ms:\n",
    table(["connection", "admitted"], rows),
  ].join("\n");
}

async function oursTrack(bench: Bench, service: BenchService): Promise<Track> {
  const track = await listeningTrack(bench, "portknock, connections", service);
  await oursGuard.prepare([service])(track);
  return track;
}

/** knockd as its manual sets it up: closed by iptables, a rule for whoever has knocked. */
async function knockdTrack(bench: Bench, service: BenchService) {
  const track = await listeningTrack(bench, "knockd, connections", service);
  const iptables = await iptablesOf(track);
  for (const rule of ["-A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT", "-P INPUT DROP"]) {
    await track.runOnHost([iptables, ...rule.split(" ")]);
  }
  const command = `${iptables} -I INPUT -s %IP% -p tcp --dport ${service.port} -j ACCEPT`;
  const daemon = await startKnockd(
    track,
    knockdConfig([service], () => command),
  );
  return { track, stop: () => daemon.stop() };
}

async function listeningTrack(bench: Bench, name: string, { port }: BenchService): Promise<Track> {
  const track = await bench.addTrack(name);
  await track.runOnSender(["ip", "route", "add", "local", NETWORK, "dev", "lo"]);
  const listener = join(import.meta.dirname, "../../test/support/packets/listener.ts");
  const { stdout } = await track.spawnOnHost([process.execPath, "--import", "tsx", listener, `${port}/tcp`]);
  await once(createInterface({ input: stdout }), "line");
  return track;
}

let usedSources = 0;

async function admittedOf(
  track: Track,
  { port, knocks }: BenchService,
  tries: number,
  wanted: Partial<HastyConnects>,
): Promise<number> {
  const sources = Array.from({ length: tries }, (_, index) => {
    const number = usedSources + index + 1;
    return `10.78.${number >> 8}.${number & 255}`;
  });
  usedSources += tries;
  const whole: HastyConnects = { host: HOST[4], port, knocks, sources, pauseMilliseconds: 0, ...wanted };
  const script = join(import.meta.dirname, "hastyConnects.ts");
  const command = [process.execPath, "--import", "tsx", script, JSON.stringify(whole)];
  const { stdout } = await track.runOnSender(command, { timeoutSeconds: 600 });
  return Number(stdout);
}
