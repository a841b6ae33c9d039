import { unreachable } from "../../../components/policy/unreachable";
import type { Lab, LabHost } from "../../../lab";
import { awaitRollback, type HostPayload, readStatus, runVerb } from "../../support/hostPayload";
import { type Event, FIRST, type Profile, soakPayload } from "./soakPolicies";
import type { Tally } from "./tally";

/** Makes events happen to a host and says what went wrong. */
export interface HostEvents {
  /** @returns how many events there have been, this one too. */
  happen(event: Event): Promise<number>;
  /** The policy before the first event, once more. */
  beginAgain(marker: string): Promise<void>;
}

export interface HostEventsOptions {
  readonly lab: Lab;
  readonly host: LabHost;
  readonly profile: Profile;
  readonly tally: Tally;
  readonly onFailure: (what: string) => void;
}

export function createHostEvents({ lab, host, profile, tally, onFailure }: HostEventsOptions): HostEvents {
  let count = 0;

  const apply = async (payload: HostPayload, marker: string): Promise<boolean> => {
    const { exitCode, stderr } = await runVerb(lab, host, "apply", payload, { marker });
    if (exitCode !== 0) onFailure(`apply ${marker}: ${stderr}`);
    return exitCode === 0;
  };
  const update = async (payload: HostPayload, marker: string): Promise<void> => {
    if (!(await apply(payload, marker))) return;
    const { exitCode, stderr } = await runVerb(lab, host, "confirm", payload, { marker });
    if (exitCode !== 0) onFailure(`confirm ${marker}: ${stderr}`);
  };
  const rollBack = async (payload: HostPayload, marker: string): Promise<void> => {
    const before = await readStatus(lab, host);
    await apply(payload, marker);
    await awaitRollback(host);
    const after = await readStatus(lab, host);
    if (after.token !== before.token) onFailure(`${marker}: a rollback brought other rules back`);
  };
  const updateAsSomebodyElse = async (marker: string): Promise<void> => {
    const payload = soakPayload(profile, FIRST, { owner: "somebody-else" });
    const { exitCode } = await runVerb(lab, host, "apply", payload, { marker });
    if (exitCode === 0) onFailure(`${marker}: an update of another owner was taken`);
  };
  const reload = async (command: string): Promise<void> => {
    const { exitCode, stderr } = await host.run(command, { check: false });
    if (exitCode !== 0) onFailure(`${command}: ${stderr}`);
  };
  const play = (event: Event, marker: string): Promise<void> => {
    switch (event.kind) {
      case "update":
        tally.updates += 1;
        return update(soakPayload(profile, event.varied), marker);
      case "rollback":
        tally.rollbacks += 1;
        return rollBack(soakPayload(profile, event.varied, { rollbackTimeout: "5s" }), marker);
      case "foreignUpdate":
        tally.foreignUpdates += 1;
        return updateAsSomebodyElse(marker);
      case "reload":
        tally.reloads += 1;
        return reload(event.command);
      default:
        return unreachable(event);
    }
  };
  return {
    happen: async (event) => {
      count += 1;
      await play(event, `e${count}`);
      return count;
    },
    beginAgain: (marker) => update(soakPayload(profile, FIRST), marker),
  };
}
