import { z } from "zod";
import type { Deployer, FilledTokens, TokenSupply } from "../policy/policy";
import type { Activity } from "../status/activity";
import { activityFields, activityOf } from "./hostActivity";
import { shortened } from "./hostText";

/** What the host script's `status` reports. */
export type HostStatus =
  | {
      readonly kind: "unguarded";
      readonly observed: string;
      /** The digest of the host script that is installed. */
      readonly script: string | undefined;
      readonly deployer: Deployer | undefined;
      /** What other tables do to packets that come in, as nft lists it. */
      readonly otherTables: string;
      /** What is no drift and somebody should know. */
      readonly warnings: readonly string[];
      readonly findings: readonly string[];
    }
  | {
      readonly kind: "guarded";
      readonly observed: string;
      /** The digest of the host script that is installed. */
      readonly script: string | undefined;
      readonly deployer: Deployer | undefined;
      readonly otherTables: string;
      readonly warnings: readonly string[];
      readonly owner: string;
      readonly token: string;
      readonly marker: string;
      /** When its rules were applied, by its own clock, in seconds since 1970; nothing where it could not say. */
      readonly appliedAt: number | undefined;
      /** Applied, and neither confirmed nor rolled back yet. */
      readonly isPending: boolean;
      /** Nobody confirmed the last apply, so the host put its old rules back. */
      readonly hasRolledBack: boolean;
      /** What drifted, in words, by object and comment. Never a port. */
      readonly findings: readonly string[];
      readonly activity: Activity;
    };

const common = z.object({
  "portknock-status": z.tuple([z.literal("1")]),
  finding: z.array(z.string()).default([]),
  "other-table": z.array(z.string()).default([]),
  warning: z.array(z.string()).default([]),
  observed: z.tuple([z.string().regex(/^[0-9a-f]{64}$/)]),
  script: z.tuple([z.string()]).optional(),
  deployer: z
    .tuple([z.string().regex(/^\S+ \d{1,5}$/)])
    .transform(([line]) => {
      const [address = "", port] = line.split(" ");
      return { address, port: Number(port) };
    })
    .optional(),
  clock: z.tuple([z.string().regex(/^\d+$/).transform(Number)]).optional(),
  tokens: z
    .array(
      z
        .string()
        .regex(/^\S+ [0-9a-f]+ \d+ \d+$/)
        .transform((line): FilledTokens => {
          const [knocker = "", fingerprint = "", from, to] = line.split(" ");
          return { knocker, fingerprint, from: Number(from), to: Number(to) };
        }),
    )
    .default([]),
  ...activityFields,
});

/** Nothing where the rules have no tokens. */
function supplyOf({ tokens, clock }: Pick<z.output<typeof common>, "tokens" | "clock">): {
  readonly tokens?: TokenSupply;
} {
  return clock === undefined ? {} : { tokens: { clock: clock[0], filled: tokens } };
}

const report = z.discriminatedUnion("state", [
  common.extend({ state: z.literal("unguarded") }),
  common.extend({
    state: z.enum(["guarded", "pending"]),
    owner: z.tuple([z.string()]),
    token: z.tuple([z.string()]),
    // It goes into a command text.
    marker: z.tuple([z.string().regex(/^[\w-]{1,64}$/)]),
    applied: z
      .tuple([
        z
          .string()
          .regex(/^\d{1,11}$/)
          .transform(Number),
      ])
      .optional(),
    "rolled-back": z.array(z.string()).optional(),
  }),
]);

/** `undefined` when the text holds no report that we understand, or not all of it. Logins print before it. */
export function parseHostStatus(text: string): HostStatus | undefined {
  const lines = text.split("\n");
  const begin = lines.lastIndexOf("portknock-status 1");
  const end = lines.indexOf("portknock-end", begin);
  if (begin < 0 || end < 0) {
    return undefined;
  }
  const fields = new Map<string, string[]>();
  for (const line of lines.slice(begin, end)) {
    const [name = "", ...rest] = line.split(" ");
    const values = fields.get(name) ?? [];
    values.push(rest.join(" "));
    fields.set(name, values);
  }
  const [state, ...more] = fields.get("state") ?? [];
  const parsed = report.safeParse({
    ...Object.fromEntries(fields),
    state: more.length === 0 ? state : undefined,
  });
  if (!parsed.success) {
    return undefined;
  }
  const { data } = parsed;
  const activity = activityOf(data);
  const seen = {
    observed: data.observed[0],
    script: data.script?.[0],
    deployer: data.deployer && {
      ...data.deployer,
      admissions: activity.admissions,
      ...supplyOf(data),
    },
    otherTables: data["other-table"].join("\n"),
    warnings: data.warning.map(shortened),
    findings: data.finding.map(shortened),
  };
  if (data.state === "unguarded") {
    return { kind: "unguarded", ...seen };
  }
  return {
    kind: "guarded",
    ...seen,
    owner: data.owner[0],
    token: data.token[0],
    marker: data.marker[0],
    appliedAt: data.applied?.[0],
    isPending: data.state === "pending",
    hasRolledBack: data["rolled-back"] !== undefined,
    activity,
  };
}
