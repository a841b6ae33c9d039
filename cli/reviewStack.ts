import { z } from "zod";
import { parseResourceName } from "../components/policy/sequenceId";
import { FIREWALL_TYPE, HOST_TYPE, SEQUENCE_TYPE } from "../components/resourceTypes";
import { type Review, reviewPolicies } from "../components/review/reviewPolicies";
import { ofItsHosts, type ReviewSide, sideOfText, sideWithoutRules } from "../components/review/reviewSide";
import { CommandError } from "./commandError";
import { runPulumi } from "./runPulumi";
import { COMMAND, childNameOf, nameOf, typeOf } from "./urn";

export interface StackReviewOptions {
  readonly stack: string;
  /** Where the Pulumi project is. */
  readonly cwd: string;
}

export interface NamedReview {
  /** The component's name. */
  readonly name: string;
  readonly review: Review;
}

const resourceSchema = z.object({
  urn: z.string(),
  parent: z.string().default(""),
  // A secret text is an object in the state, and `[secret]` in a preview.
  inputs: z.object({ policy: z.unknown() }).partial().default({}),
  outputs: z.object({ policy: z.unknown() }).partial().default({}),
});

type StackResource = z.output<typeof resourceSchema>;

const stateSchema = z.object({
  deployment: z.object({ resources: z.array(resourceSchema).default([]) }),
});

const previewSchema = z.object({
  steps: z
    .array(
      z.object({
        op: z.string(),
        urn: z.string(),
        newState: resourceSchema.optional(),
        diffReasons: z.array(z.string()).default([]),
      }),
    )
    .default([]),
});

/** Compares what a stack applied last with what its program has now. One review for each of its firewalls. */
export async function reviewStack({ stack, cwd }: StackReviewOptions): Promise<readonly NamedReview[]> {
  const { deployment } = stateSchema.parse(
    JSON.parse(await runPulumi(["stack", "export", "--stack", stack], cwd)),
  );
  // Without what stays the same, a firewall that nobody changed would look like one that is gone.
  const { steps } = previewSchema.parse(
    JSON.parse(await runPulumi(["preview", "--json", "--show-sames", "--stack", stack], cwd)),
  );
  const desired = steps.flatMap(({ op, newState }) => (op === "delete" ? [] : (newState ?? [])));
  const updated = steps.flatMap(({ op, newState }) => (op === "update" ? (newState ?? []) : []));
  const touched = steps.flatMap(({ op, newState }) => (op === "same" ? [] : (newState ?? [])));
  // What confirm reads names the attempt that apply is still to print, and differs whenever apply will run.
  const otherPayload = steps.flatMap(({ urn, diffReasons, newState }) =>
    urn.endsWith("-apply") && diffReasons.includes("stdin") ? (newState ?? []) : [],
  );
  const applied = firewallsOf(deployment.resources);
  const wanted = firewallsOf(desired);
  const urns = [...new Set([...applied.keys(), ...wanted.keys()])].toSorted();
  if (urns.length === 0) {
    throw new CommandError(1, [`${stack}: has no PortKnockFirewall; check --stack and --cwd`]);
  }
  return urns.map((urn) => {
    const [old, now] = [applied.get(urn), wanted.get(urn)];
    // Outputs are what all hosts confirmed; after an update that failed there are inputs alone.
    const confirmed = sideOf(urn, known(old?.outputs.policy));
    const unconfirmed = confirmed === undefined ? sideOf(urn, old?.inputs.policy) : undefined;
    const before = confirmed ?? unconfirmed;
    const after = sideOf(urn, now?.inputs.policy);
    const rotated = childrenOf(urn, SEQUENCE_TYPE, updated).map(({ child }) => parseResourceName(child));
    const hostsOf = (commands: readonly StackResource[]): readonly string[] =>
      childrenOf(urn, HOST_TYPE, desired).flatMap(({ child, resource }) =>
        childrenOf(resource.urn, COMMAND, commands).length > 0 ? [child] : [],
      );
    // A sequence that an update could not bring to a host is in the state all the same.
    const isRotationLost =
      rotated.length === 0 && old?.outputs.policy === now?.inputs.policy && hostsOf(otherPayload).length > 0;
    return {
      name: nameOf(urn),
      review: reviewPolicies(
        before ?? sideWithoutRules(after ?? NOTHING),
        after ?? sideWithoutRules(before ?? NOTHING),
        {
          rotated,
          drifted: hostsOf(touched),
          isUnconfirmed: unconfirmed !== undefined || isRotationLost,
        },
      ),
    };
  });
}

const NOTHING = sideOfText("");

function firewallsOf(resources: readonly StackResource[]): ReadonlyMap<string, StackResource> {
  const firewalls = resources.filter(({ urn }) => typeOf(urn) === FIREWALL_TYPE);
  return new Map(firewalls.map((firewall) => [firewall.urn, firewall]));
}

/** An update that failed may leave what stands for a value that is not known. */
function known(output: unknown): unknown {
  return typeof output === "string" && !isPolicyText(output) ? undefined : output;
}

function isPolicyText(policy: unknown): policy is string {
  return typeof policy === "string" && policy.includes(" = ");
}

/** Nothing where there is no firewall, or none that was ever accepted. */
function sideOf(urn: string, policy: unknown): ReviewSide | undefined {
  if (policy === undefined) {
    return undefined;
  }
  if (!isPolicyText(policy)) {
    throw new CommandError(1, [
      `${nameOf(urn)}: its policy is secret or not known yet; review it where more than the sequences is no secret`,
    ]);
  }
  return ofItsHosts(sideOfText(policy));
}

interface Child {
  /** What its name has behind the name of its parent. */
  readonly child: string;
  readonly resource: StackResource;
}

/** Pulumi says which sequence changed, and which host drifted, by the resources that stand for them. */
function childrenOf(parent: string, type: string, resources: readonly StackResource[]): readonly Child[] {
  return resources.flatMap((resource) =>
    resource.parent === parent && typeOf(resource.urn) === type
      ? [{ child: childNameOf(parent, resource.urn), resource }]
      : [],
  );
}
