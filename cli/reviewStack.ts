import { z } from "zod";
import { type Review, reviewPolicies } from "../components/review/reviewPolicies";
import type { ReviewSide } from "../components/review/reviewSide";
import { sideOfText, sideWithoutRules } from "../components/review/sideOfText";
import { CommandError } from "./commandError";
import { runPulumi } from "./runPulumi";

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

const FIREWALL = "pulumi-portknock:index:PortKnockFirewall";
const SEQUENCE = "pulumi-portknock:index:KnockSequence";

/** A secret text is an object in the state, and `[secret]` in a preview. */
const firewallSchema = z.object({
  inputs: z.object({ policy: z.unknown() }).partial().default({}),
  outputs: z.object({ policy: z.unknown() }).partial().default({}),
});

const stateSchema = z.object({
  deployment: z.object({
    resources: z.array(firewallSchema.extend({ urn: z.string() })).default([]),
  }),
});

const previewSchema = z.object({
  steps: z
    .array(z.object({ op: z.string(), urn: z.string(), newState: firewallSchema.optional() }))
    .default([]),
});

type Step = z.output<typeof previewSchema>["steps"][number];

/** Compares what a stack applied last with what its program has now. One review for each of its firewalls. */
export async function reviewStack({ stack, cwd }: StackReviewOptions): Promise<readonly NamedReview[]> {
  const { deployment } = stateSchema.parse(
    JSON.parse(await runPulumi(["stack", "export", "--stack", stack], cwd)),
  );
  const { steps } = previewSchema.parse(
    JSON.parse(await runPulumi(["preview", "--json", "--stack", stack], cwd)),
  );
  // Outputs are what all hosts confirmed; after an update that failed there are inputs alone.
  const applied = textsOf(deployment.resources, ({ inputs, outputs }) => outputs.policy ?? inputs.policy);
  const desired = textsOf(
    steps.filter(({ op }) => op !== "delete"),
    ({ newState }) => newState?.inputs.policy,
  );
  const urns = [...new Set([...applied.keys(), ...desired.keys()])].toSorted();
  if (urns.length === 0) {
    throw new CommandError(1, [`${stack}: has no PortKnockFirewall; check --stack and --cwd`]);
  }
  return urns.map((urn) => {
    const [before, after] = [sideOf(applied.get(urn)), sideOf(desired.get(urn))];
    const name = nameOf(urn);
    return {
      name,
      review: reviewPolicies(
        before ?? sideWithoutRules(after ?? NOTHING),
        after ?? sideWithoutRules(before ?? NOTHING),
        rotatedIn(steps, name),
      ),
    };
  });
}

const NOTHING: ReviewSide = { facts: [], sequences: [] };

function textsOf<T extends { readonly urn: string }>(
  resources: readonly T[],
  policyOf: (resource: T) => unknown,
): ReadonlyMap<string, string> {
  const firewalls = resources.filter(({ urn }) => typeOf(urn) === FIREWALL);
  return new Map(
    firewalls.map((resource) => {
      const policy = policyOf(resource);
      if (typeof policy !== "string" || !policy.includes(" = ")) {
        throw new CommandError(1, [
          `${nameOf(resource.urn)}: its policy is secret or not known yet; review it where more than the sequences is no secret`,
        ]);
      }
      return [resource.urn, policy] as const;
    }),
  );
}

/** Pulumi says which sequence changed by the resource that holds it. */
function rotatedIn(steps: readonly Step[], firewall: string): readonly string[] {
  return steps.flatMap(({ op, urn }) => {
    const name = nameOf(urn);
    return op === "update" && typeOf(urn) === SEQUENCE && name.startsWith(`${firewall}-`)
      ? [ownerOf(name.slice(firewall.length + 1))]
      : [];
  });
}

/** `ssh.close` is shown as `ssh close`. */
function ownerOf(sequence: string): string {
  return sequence === "baseline.unban" ? "unban" : sequence.replace(".", " ");
}

function sideOf(text: string | undefined): ReviewSide | undefined {
  return text === undefined ? undefined : sideOfText(text);
}

function typeOf(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? "";
}
