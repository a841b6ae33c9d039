import type { Policy } from "../policy";
import type { Problem } from "../policyError";
import type { PolicyRule, Surroundings } from "./policyRule";

/** Log lines, commands and reviews name both. */
export const namedAsService: PolicyRule = ({ services, knockers }: Policy): readonly Problem[] => {
  const names = new Set(services.map(({ name }) => name));
  return knockers
    .filter(({ name }) => names.has(name))
    .map(({ name }) => ({
      path: `knockers.${name}`,
      problem: "has the name of a service",
      remedy: "give the knocker another name",
    }));
};

export const opensNoService: PolicyRule = (
  { services, knockers }: Policy,
  { refused }: Surroundings,
): readonly Problem[] => {
  const names = new Set(services.map(({ name }) => name));
  const isUnknown = (service: string): boolean => !names.has(service) && !refused.has(`services.${service}`);
  return (refused.has("services") ? [] : knockers)
    .filter((knocker) => knocker.services.some(isUnknown))
    .map(({ name }) => ({
      path: `knockers.${name}.services`,
      problem: "names a service that is not there",
      remedy: `known are ${[...names].join(", ")}`,
    }));
};
