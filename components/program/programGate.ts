import * as pulumi from "@pulumi/pulumi";
import { withoutDependencies } from "../outputs/ifKnown";

/** Why a component was refused by what was known of it at once; nothing where it was not. */
export type Refusal = () => Error | undefined;

const gates = new WeakMap<pulumi.Resource, pulumi.Output<Refusal>[]>();

/**
 * Whether something in the program is refused, once the value is there: the refused one's own error, which the SDK
 * prints once. Else an update would touch the hosts of one component while another is refused. A preview touches
 * nothing, and shows as much as it can.
 *
 * @param refusal must not wait for a resource for ever: another component's may wait for this one's.
 */
export function refusedInProgram(
  value: pulumi.Output<unknown>,
  refusal: pulumi.Output<Refusal>,
): pulumi.Output<Refusal> {
  const stack = pulumi.runtime.getStackResource();
  if (stack === undefined || pulumi.runtime.isDryRun()) {
    return pulumi.output<Refusal>(() => undefined);
  }
  const refusals = gates.get(stack) ?? [];
  gates.set(stack, refusals);
  refusals.push(withoutDependencies(refusal));
  // Not before the value is there: by then the program has made the components beside this one, unless it awaits
  // something between them. Then those that come later hold back themselves alone.
  return value.apply<Refusal>(
    (): pulumi.OutputInstance<Refusal> =>
      pulumi.all(refusals).apply((all): Refusal => {
        const error = all.map((refused) => refused()).find((each) => each !== undefined);
        return () => error;
      }),
  );
}
