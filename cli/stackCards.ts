import { z } from "zod";
import type { OutlinedKnock } from "../components/outline/outline";
import { readOutline } from "../components/outline/readOutline";
import { policiesOfHosts } from "../components/policy/differences";
import { printDuration } from "../components/policy/duration";
import { openedBy } from "../components/policy/openers";
import type { Policy } from "../components/policy/policy";
import { printPortRange } from "../components/policy/portRange";
import { type Opener, parseResourceName } from "../components/policy/sequenceId";
import { SEQUENCE_TYPE } from "../components/resourceTypes";
import type { WrittenCard, WrittenKey } from "./card";
import { CommandError } from "./commandError";
import { hostsOfState, type StackHost } from "./stackHosts";
import { readStackState, revealed, type StackOptions, type StateResource } from "./stackState";
import { childNameOf, typeOf } from "./urn";

/** A host of a stack, and what opens it as the stack has confirmed it. */
export interface StackCard {
  /** By which the stack's hosts are told apart. */
  readonly name: string;
  /** @throws CommandError where the state does not say what opens the host. */
  readonly card: () => WrittenCard;
}

const textsSchema = z.record(z.string(), z.string());

const outputsSchema = z.object({
  policy: z.string(),
  knocks: z.record(z.string(), textsSchema),
  knockers: z.record(z.string(), textsSchema).default({}),
  tokenSecrets: textsSchema.default({}),
});

type Outputs = z.output<typeof outputsSchema>;

/** What opens the hosts that a stack guards. */
export async function readStackCards(options: StackOptions): Promise<readonly StackCard[]> {
  const resources = await readStackState(options);
  return hostsOfState(options.stack, resources).map((host) => ({
    name: host.name,
    card: () => cardOf(host, resources),
  }));
}

function cardOf(
  { name, host, firewall, known }: StackHost,
  resources: readonly StateResource[],
): WrittenCard {
  const outputs = outputsSchema.safeParse(revealed(firewall.outputs));
  if (known.kind === "unknown" || !outputs.success) {
    throw new CommandError(1, [
      `${name}: ${known.kind === "unknown" ? known.reason : "was never confirmed by this stack: run pulumi up"}`,
    ]);
  }
  const outline = readOutline(outputs.data.policy);
  const policy = policiesOfHosts(outline, outline)(host);
  const keys = keysOf(policy, {
    ...outputs.data,
    tokenSecrets: { ...writtenTokens(firewall.urn, resources), ...outputs.data.tokenSecrets },
    host,
  });
  if (keys.length === 0) {
    throw new CommandError(1, [`${name}: has no key in the stack's outputs: run pulumi up`]);
  }
  const { host: address, port } = known.connection;
  const { openPorts, profile } = policy;
  return {
    name: host,
    address,
    port,
    keys,
    ...(openPorts.length > 0 && { openPorts: openPorts.map(printPortRange) }),
    ...(profile.kind === "baseline" &&
      profile.traps.length > 0 && { traps: profile.traps.map(printPortRange) }),
  };
}

function keysOf(
  policy: Policy<OutlinedKnock>,
  { host, knocks, knockers, tokenSecrets }: Outputs & { readonly host: string },
): WrittenKey[] {
  const keyOf = (opener: Opener, secret: Pick<WrittenKey, "sequence" | "token">): readonly WrittenKey[] => {
    const services = openedBy(opener, policy);
    const isThere = (secret.sequence ?? secret.token) !== undefined && services.length > 0;
    const key: WrittenKey = {
      services: services.map(({ name }) => name),
      ports: services.flatMap(({ ports }) => ports.map(printPortRange)),
      access: services.some(({ access }) => access === "once") ? "once" : "window",
      accessWindow: printDuration(
        Math.max(...services.map(({ accessWindowSeconds }) => accessWindowSeconds)),
      ),
      ...(opener.kind === "knocker" && { as: opener.name }),
      ...secret,
    };
    return isThere ? [key] : [];
  };
  return [
    ...policy.services.flatMap(({ name, opening }) =>
      opening.kind === "own" ? keyOf({ kind: "service", name }, { sequence: knocks[host]?.[name] }) : [],
    ),
    ...policy.knockers.flatMap(({ name, opening }) =>
      keyOf(
        { kind: "knocker", name },
        opening.kind === "token" ? { token: tokenSecrets[name] } : { sequence: knockers[host]?.[name] },
      ),
    ),
  ];
}

/** What a program wrote itself is in the resource that shows in review that it changed. */
function writtenTokens(
  firewall: string,
  resources: readonly StateResource[],
): Readonly<Record<string, string>> {
  const sequences = resources.filter(
    ({ urn, parent }) => parent === firewall && typeOf(urn) === SEQUENCE_TYPE,
  );
  return Object.fromEntries(
    sequences.flatMap(({ urn, inputs }) => {
      const id = parseResourceName(childNameOf(firewall, urn));
      const secret = revealed(inputs["sequence"]);
      return id.kind === "admit" && id.opener.kind === "knocker" && typeof secret === "string"
        ? [[id.opener.name, secret]]
        : [];
    }),
  );
}
