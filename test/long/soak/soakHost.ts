import { setTimeout as sleep } from "node:timers/promises";
import type { Lab } from "../../../lab";
import { readStatus, readStatusLocally, runVerb, snapshot } from "../../support/hostPayload";
import { startListener } from "../../support/packets/startPackets";
import { samples } from "../samples";
import { createHostEvents } from "./hostEvents";
import { createKnockers } from "./knockers";
import { differences, type Remains, readRemains } from "./leaks";
import { EVENTS, FIRST, type Profile, soakPayload } from "./soakPolicies";
import { watchStrangers } from "./strangers";
import { isFine, newTally, type Tally } from "./tally";

export interface SoakHostOptions {
  readonly lab: Lab;
  readonly profile: Profile;
  readonly seed: number;
  /** Told about each fault when it is found. */
  readonly report: (fault: string) => void;
}

export interface SoakOutcome {
  readonly profile: Profile;
  readonly base: string;
  readonly tally: Tally;
  readonly remains: readonly [Remains, Remains];
  readonly isFine: boolean;
}

export interface SoakHost {
  readonly profile: Profile;
  readonly tally: Readonly<Tally>;
  run(isOver: () => boolean): Promise<void>;
  finish(): Promise<SoakOutcome>;
}

const BASES: Readonly<Record<Profile, string>> = { guard: "bookworm", baseline: "trixie" };
const EVENT_PAUSE_SECONDS = 6;
const KNOCK_PAUSE_SECONDS = 3;
const LOOK_PAUSE_SECONDS = 10;
const MANY_EVENTS = 100_000;
/** From the first new rule to the last old one, on a busy machine. */
const LONGEST_REPLACEMENT_SECONDS = 10;

/** More than any round of the same policy moves it. */
const SYSTEMD_GROWTH_KILOBYTES = 2048;

export async function createSoakHost({ lab, profile, seed, report }: SoakHostOptions): Promise<SoakHost> {
  const base = BASES[profile];
  const host = await lab.addHost(profile, { base });
  const untouched = await snapshot(host);
  await startListener(host, ["2222/tcp", "2222/udp"]);
  const strangers = await watchStrangers(lab, host);
  const knockers = await createKnockers(lab, host);
  const tally = newTally();
  const fault = (name: keyof Tally, what: string): void => {
    tally[name] += 1;
    report(`${profile}: ${what}`);
  };
  const onFailure = (what: string): void => fault("failures", what);
  const events = createHostEvents({ lab, host, profile, tally, onFailure });
  await host.run("systemctl start nftables.service");
  // The second time finds what every later one finds.
  for (const marker of ["first", "second"]) await events.beginAgain(marker);
  const before = await readRemains(host);
  /** Whether something flushes the host's rules, or has since the last look. */
  let isFlushed = false;
  let isBusy = false;
  let eventCount = 0;

  const countThrough = async (): Promise<void> => {
    const { sent, through, scannedPorts } = await strangers.count();
    Object.assign(tally, { sent, scannedPorts });
    const more = through - tally.through - tally.throughFlushes;
    tally[isFlushed ? "throughFlushes" : "through"] += more;
    if (more > 0) report(`${profile}: ${more} packets got through${isFlushed ? " a flush" : ""}`);
  };
  const checkWindows = async (): Promise<void> => {
    const { lost, overstayed, ended } = await knockers.check({
      isOpen: () => isFlushed,
      isAdmitted: async (source) =>
        (await readStatusLocally(host)).admitted.some((line) => line.startsWith(`door ${source} `)),
    });
    tally.windowsEnded += ended;
    for (const who of lost)
      fault(isFlushed ? "windowsLostToFlushes" : "windowsLost", `${who} lost its window`);
    for (const who of overstayed) fault("windowsOverstayed", `${who} gets in after the end of its window`);
  };
  const look = oneAtATime(async () => {
    await countThrough();
    await checkWindows();
  });
  const checkDrift = async (when: string): Promise<void> => {
    const { state, findings } = await readStatus(lab, host);
    if (state !== "guarded") onFailure(`${when}: the host is ${state}`);
    for (const finding of findings) fault("findings", `${when}: ${finding}`);
  };
  const playEvents = async (isOver: () => boolean): Promise<void> => {
    for (const event of samples(EVENTS, { count: MANY_EVENTS, seed })) {
      if (isOver()) return;
      // A flush has a look before and behind it, so that what it costs is counted apart.
      const flushes = event.kind === "reload" && event.flushes;
      if (flushes) await look();
      isFlushed = flushes;
      isBusy = true;
      eventCount = await events.happen(event);
      isBusy = false;
      await look();
      isFlushed = false;
      await checkDrift(event.kind === "reload" ? event.command : `${event.kind} e${eventCount}`);
      await sleep(EVENT_PAUSE_SECONDS * 1000);
    }
  };
  /**
   * Who is in the middle of a sequence when the rules are replaced begins again; under a baseline whoever knocks just then
   * gets in once they are replaced.
   */
  const knock = async (): Promise<void> => {
    const start = performance.now();
    for (;;) {
      const [wasBusy, count] = [isBusy, eventCount];
      tally.knocks += 1;
      if ((await knockers.knock()) === "admitted") {
        tally.admissions += 1;
        return;
      }
      const seconds = (performance.now() - start) / 1000;
      const isDisturbed = wasBusy || isBusy || count !== eventCount;
      if (!isDisturbed || seconds > LONGEST_REPLACEMENT_SECONDS)
        return onFailure(
          `knocked in vain for ${seconds.toFixed(1)} s, ${isBusy ? "during" : "after"} e${count + 1}`,
        );
    }
  };
  return {
    profile,
    tally,
    run: async (isOver) => {
      const repeat = async (pauseSeconds: number, work: () => Promise<void>): Promise<void> => {
        for (; !isOver(); await sleep(pauseSeconds * 1000)) await work();
      };
      await Promise.all([
        playEvents(isOver),
        repeat(KNOCK_PAUSE_SECONDS, knock),
        repeat(LOOK_PAUSE_SECONDS, look),
        repeat(0, () => strangers.flood(200, 20)),
        repeat(30, () => strangers.flood(3000, 2)),
        repeat(1, strangers.connect),
        repeat(60, strangers.scan),
      ]);
    },
    finish: async () => {
      await events.beginAgain("last");
      await look();
      await checkDrift("the last update");
      const after = await readRemains(host);
      for (const what of differences(before.things, after.things)) fault("leaks", what);
      if (after.systemdKilobytes > before.systemdKilobytes + SYSTEMD_GROWTH_KILOBYTES)
        fault("leaks", `systemd grew from ${before.systemdKilobytes} to ${after.systemdKilobytes} kB`);
      await runVerb(lab, host, "remove", soakPayload(profile, FIRST));
      await host.run("systemctl stop nftables.service");
      for (const line of differences(untouched.split("\n"), (await snapshot(host)).split("\n")))
        fault("leaks", `after the removal: ${line}`);
      return { profile, base, tally, remains: [before, after], isFine: isFine(tally) };
    },
  };
}

function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  let last = Promise.resolve();
  return () => {
    last = last.then(work);
    return last;
  };
}
