import pLimit = require("p-limit");

import { probeByOpenSsh } from "../components/remote/probeByOpenSsh";
import { probeHost } from "../components/remote/probeHost";
import type { Patience } from "../components/remote/redial";
import { reportHost } from "../components/remote/reportHost";
import type { FleetReport, HostReport } from "../components/status/fleetReport";
import type { StackHost } from "./stackHosts";

/** One host, and how to ask it. */
export interface Asked {
  readonly name: string;
  report(now: () => number): Promise<HostReport>;
}

/** How many hosts are asked at once: what that takes of this machine stays bounded, however large the fleet. */
const AT_ONCE = 32;

/** How long a host may take that has let us in; one with tokens of many knockers and an old nft takes 20 s. */
const ANSWER_SECONDS = 30;

/** And how long ssh may take for all of it. */
const SSH_SECONDS = 60;

const PATIENCE: Patience = {
  kind: "preview",
  onWaiting: () => undefined,
  atOnce: AT_ONCE,
  answerSeconds: ANSWER_SECONDS,
};

/** A host of a stack is dialled as Pulumi dials it, and held against what the stack applied last. */
export function askedOfStack({ name, known }: StackHost): Asked {
  return {
    name,
    report: async (now) => {
      if (known.kind === "unknown") {
        return { kind: "unanswered", name, reason: known.reason };
      }
      return reportHost(name, await probeHost(known.connection, PATIENCE), known.applied, now());
    },
  };
}

/** Any other one is dialled by the ssh command, and held against its own record. */
export function askedBySsh(host: string): Asked {
  return {
    name: host,
    report: async (now) => reportHost(host, await probeByOpenSsh(host, SSH_SECONDS), undefined, now()),
  };
}

/** Asks all hosts, each over one SSH connection. What one answers stands in its own report alone. */
export async function askFleet(
  hosts: readonly Asked[],
  onAnswer: (count: number) => void,
): Promise<FleetReport> {
  const inTurn = pLimit(AT_ONCE);
  const now = (): number => Math.floor(Date.now() / 1000);
  const askedAt = now();
  let count = 0;
  const reports = await Promise.all(
    hosts.map((host) =>
      inTurn(async () => {
        const report = await host.report(now);
        count += 1;
        onAnswer(count);
        return report;
      }),
    ),
  );
  return { askedAt, hosts: reports };
}
