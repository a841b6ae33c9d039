import { tokenWarnings } from "../policy/tokenWarnings";
import { NO_ACTIVITY } from "../status/activity";
import type { HostReport } from "../status/fleetReport";
import type { HostStatus } from "./hostStatus";
import { shortened } from "./hostText";
import type { Desired } from "./observation";
import type { ProbeResult } from "./probeHost";

/** What a stack's state says of one host. */
export interface Applied extends Desired {
  /** Of the command that applied it. */
  readonly marker: string;
}

/**
 * What asking a host brought, for people and scripts.
 *
 * @param applied what it is held against; without it, its own record alone
 * @param now seconds since 1970
 */
export function reportHost(
  name: string,
  result: ProbeResult,
  applied: Applied | undefined,
  now: number,
): HostReport {
  if (result.kind !== "answered") {
    const reason = result.kind === "unfit" ? `gave no report: ${result.reason}` : result.reason;
    return { kind: "unanswered", name, reason: oneLine(reason) };
  }
  const { status } = result;
  const tokens = status.deployer?.tokens;
  const said = {
    kind: "answered",
    name,
    findings: findingsOf(status, applied).map(oneLine),
    warnings: [...status.warnings, ...(tokens === undefined ? [] : tokenWarnings(tokens, now))].map(oneLine),
  } as const;
  return status.kind === "unguarded"
    ? { ...said, rules: undefined, activity: NO_ACTIVITY }
    : {
        ...said,
        rules: { owner: ownerOf(status), appliedAt: status.appliedAt },
        activity: status.activity,
      };
}

function findingsOf(status: HostStatus, applied: Applied | undefined): readonly string[] {
  if (status.kind === "unguarded") {
    return ["it carries none of our rules", ...status.findings];
  }
  return [
    ...(applied === undefined ? [] : againstState(status, applied)),
    ...attemptOf(status),
    ...status.findings,
  ];
}

type Guarded = HostStatus & { readonly kind: "guarded" };

/** The first that holds: the others follow from it. */
function againstState(status: Guarded, applied: Applied): readonly string[] {
  if (status.owner !== applied.owner) {
    return [`it is guarded by ${ownerOf(status)}`];
  }
  if (status.hasRolledBack) {
    return [];
  }
  if (status.token !== applied.token) {
    return ["its rules are not those that the stack applied last"];
  }
  return status.marker === applied.marker
    ? []
    : ["its rules were applied by an update that the stack's state does not know of"];
}

function attemptOf({ isPending, hasRolledBack }: Guarded): readonly string[] {
  return [
    ...(isPending ? ["its rules are not confirmed yet, and it puts its old ones back if nobody does"] : []),
    ...(hasRolledBack ? ["it put its old rules back: nobody confirmed those that came last"] : []),
  ];
}

function ownerOf({ owner }: Guarded): string {
  return oneLine(shortened(owner));
}

function oneLine(said: string): string {
  return said.replaceAll(/\s+/g, " ");
}
