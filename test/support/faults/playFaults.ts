import { createLab } from "../../../lab";
import { chooseInjections, controlsOf } from "./chooseInjections";
import { startDeployer } from "./deployer";
import type { DeployerName, FaultHostKind } from "./faultRules";
import { createFaultHost, type FaultHost, type Injection, type Outcome } from "./runFaults";

export interface FaultRun {
  /** Shared among those who get in in another way. */
  readonly count: number;
  readonly seed: number;
  readonly hosts: readonly FaultHostKind[];
  /** The names of those that are played. @default all */
  readonly scenarios?: readonly string[];
  readonly onOutcome?: (outcome: Outcome, done: number) => void;
}

/** Runs the scenarios without a fault, then with as many as are asked for, on several hosts at once. */
export async function playFaults(run: FaultRun): Promise<readonly Outcome[]> {
  const { count, seed, hosts, scenarios, onOutcome } = run;
  await using lab = await createLab();
  const [laptop, deployer] = await Promise.all([lab.addClient("laptop"), startDeployer(lab)]);
  const faultHosts = await Promise.all(
    hosts.map(async (kind, index) => ({
      kind,
      host: await createFaultHost({ lab, laptop, deployer, name: `web-${index + 1}`, kind }),
    })),
  );
  const outcomes: Outcome[] = [];
  const play = async (some: readonly FaultHost[], queue: Injection[]): Promise<readonly Outcome[]> => {
    const played: Outcome[] = [];
    await Promise.all(
      some.map(async (host) => {
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
  const names = [...new Set(hosts.map(({ deployer: name }) => name))];
  const playAs = async (name: DeployerName, share: number): Promise<void> => {
    const some = faultHosts.flatMap(({ kind, host }) => (kind.deployer === name ? [host] : []));
    const isPlayed = ({ scenario }: Injection): boolean => scenarios?.includes(scenario.name) ?? true;
    const controls = await play(some, controlsOf(name).filter(isPlayed));
    await play(some, chooseInjections(controls, share, seed));
  };
  await Promise.all(names.map((name, index) => playAs(name, Math.floor((count + index) / names.length))));
  return outcomes;
}
