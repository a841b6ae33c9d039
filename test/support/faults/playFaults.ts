import { createLab } from "../../../lab";
import { CONTROLS, chooseInjections, createFaultHost, type Injection, type Outcome } from "./runFaults";
import type { ProfileName } from "./scenarios";

export interface FaultRun {
  readonly count: number;
  readonly seed: number;
  readonly hosts: readonly ProfileName[];
  readonly onOutcome?: (outcome: Outcome, done: number) => void;
}

/** Runs the scenarios without a fault, then with as many as are asked for, on several hosts at once. */
export async function playFaults({ count, seed, hosts, onOutcome }: FaultRun): Promise<readonly Outcome[]> {
  await using lab = await createLab();
  const laptop = await lab.addClient("laptop");
  const faultHosts = await Promise.all(
    hosts.map((profile, index) => createFaultHost(lab, laptop, `web-${index + 1}`, profile)),
  );
  const outcomes: Outcome[] = [];
  const play = async (queue: Injection[]): Promise<readonly Outcome[]> => {
    const played: Outcome[] = [];
    await Promise.all(
      faultHosts.map(async (host) => {
        for (let injection = queue.shift(); injection !== undefined; injection = queue.shift()) {
          const outcome = await host.inject(injection, queue[0]?.scenario.from ?? "unguarded");
          played.push(outcome);
          outcomes.push(outcome);
          onOutcome?.(outcome, outcomes.length);
        }
      }),
    );
    return played;
  };
  const controls = await play([...CONTROLS]);
  await play(chooseInjections(controls, count, seed));
  return outcomes;
}
