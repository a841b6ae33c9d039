import * as pulumi from "@pulumi/pulumi";
import { withoutDependencies } from "./ifKnown";

/** Why a component was refused by what was known of it at once; nothing where it was not. */
type Refusal = () => Error | undefined;

const gates = new WeakMap<pulumi.Resource, pulumi.Output<Refusal>[]>();

/**
 * The value, once no component that the program has made so far is refused: else an update would touch the hosts
 * of one while another is refused. Throws the refused one's own error, which the SDK prints once. A preview touches
 * nothing, and shows as much as it can.
 *
 * @param refusal must wait for no resource: another component's may wait for this one's.
 */
export function pastProgramGate<T>(
  value: pulumi.Output<T>,
  refusal: pulumi.Output<Refusal>,
): pulumi.Output<T> {
  const stack = pulumi.runtime.getStackResource();
  if (stack === undefined || pulumi.runtime.isDryRun()) {
    return value;
  }
  const refusals = gates.get(stack) ?? [];
  gates.set(stack, refusals);
  refusals.push(withoutDependencies(refusal));
  // Not before the value is there: by then the program has made the components beside this one.
  return value.apply<T>(
    (known): pulumi.OutputInstance<T> =>
      pulumi.all(refusals).apply((all) => {
        const error = all.map((refused) => refused()).find((each) => each !== undefined);
        if (error !== undefined) {
          throw error;
        }
        return known;
      }),
  );
}
