import fc from "fast-check";
import { expect, it } from "vitest";
import { parsePolicy } from "../../components/policy/written/parsePolicy";
import { POLICIES, shuffled } from "../support/policies";

it("a policy is the same in whatever order its fields, services and lists are written", () => {
  const orders = POLICIES.chain((policy) => fc.tuple(fc.constant(policy), shuffled(policy)));
  fc.assert(
    fc.property(orders, ([policy, other]) => {
      expect(parsePolicy(other)).toEqual(parsePolicy(policy));
    }),
  );
});
