import { keepingServices } from "../flows";
import { printMoment } from "../moment";
import type { FleetPolicy, Policy } from "../policy";
import type { Problem } from "../policyError";
import type { PolicyRule, Surroundings } from "./policyRule";
import type { Warning } from "./policyWarnings";

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

/** Who has flows is not asked whose they are, packet by packet. */
export const flowsWithoutEnd: PolicyRule = ({ services, knockers }: Policy): readonly Problem[] => {
  const keeping = new Set(keepingServices({ services }).map(({ name }) => name));
  return knockers
    .filter((knocker) => knocker.until > 0 && knocker.services.some((service) => keeping.has(service)))
    .map(({ name }) => ({
      path: `knockers.${name}.until`,
      problem: "cannot end the flows of a service that has a flowTimeout: they would go on",
      remedy: "leave until out, or take that service or its flowTimeout out",
    }));
};

export const deployerIsKnocker: PolicyRule = (
  { deployer, knockers }: Policy,
  { refused }: Surroundings,
): readonly Problem[] =>
  deployer === "" ||
  knockers.some(({ name }) => name === deployer) ||
  [`knockers.${deployer}`, "knockers"].some((path) => refused.has(path))
    ? []
    : [
        {
          path: "deployer",
          problem: "names no knocker",
          remedy:
            knockers.length === 0
              ? "add one to knockers"
              : `known are ${knockers.map(({ name }) => name).join(", ")}`,
        },
      ];

const WEEK_SECONDS = 7 * 86_400;

/** Whose access has ended, or ends within a week. */
export function endingKnockers({ knockers }: Pick<FleetPolicy, "knockers">, now: number): readonly Warning[] {
  return knockers
    .filter(({ until }) => until > 0 && until < now + WEEK_SECONDS)
    .map(({ name, until }) => ({
      path: `knockers.${name}.until`,
      ...(until <= now
        ? {
            problem: `has passed (${printMoment(until)}): ${name} gets in nowhere`,
            remedy: "give a later end, or take the knocker out",
          }
        : {
            problem: `comes within a week (${printMoment(until)}): then ${name} gets in nowhere any more`,
            remedy: "give a later end if that is not meant",
          }),
    }));
}
