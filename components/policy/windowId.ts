import type { Policy } from "./policy";
import { type Opener, openerPath } from "./sequenceId";
import { serviceId } from "./serviceId";

/**
 * The number under which the kernel keeps whose window of a service it is. For those that a service's own sequence
 * opens, or a shared one, that is the service's id. No name has a slash.
 */
export function windowId(opener: Opener, service: string): string {
  return serviceId(opener.kind === "knocker" ? `${opener.name}/${service}` : service);
}

/**
 * Whose flows go on is not known flow by flow: those of a source go on over an update while one of those who opened that
 * service to it in this time still may.
 */
export const FLOW_WINDOW_SECONDS: number = 30 * 86_400;

/** One number of a policy. */
export interface NumberedWindow {
  readonly id: string;
  /** Where it is written whose it is. */
  readonly path: string;
  /** `ssh`, or `alice at ssh`. */
  readonly words: string;
}

/** All numbers that the rules of a policy use. */
export function windowIds({
  services,
  knockers,
}: Pick<Policy, "services" | "knockers">): readonly NumberedWindow[] {
  return [
    ...services.map(({ name }) => ({ id: serviceId(name), path: `services.${name}`, words: name })),
    ...knockers.flatMap((knocker) => {
      const opener = { kind: "knocker", name: knocker.name } as const;
      return knocker.services.map((service) => ({
        id: windowId(opener, service),
        path: openerPath(opener),
        words: `${knocker.name} at ${service}`,
      }));
    }),
  ];
}
