import { type NamedSequence, ownerName } from "../policy/namedSequences";
import type { Log, Nothing, Policy, Service } from "../policy/policy";
import { serviceId } from "../policy/serviceId";
import { windowId } from "../policy/windowId";
import { jump, limit, rule, SCRATCH } from "./phrases";
import type { Chain, Rule } from "./ruleset";
import { handle, type Stage } from "./stages";

type Event = "admitted" | "refused";

/** So many lines at once are written before the limit holds. */
const BURST_LINES = 10;
const MAX_NAMES = 3;

/** The rule that finds the log chain of the service whose id the scratch register holds. */
export function logByService(comment: string, services: readonly Service[], event: Event): Rule {
  return rule(comment, {
    kind: "dispatch",
    key: [SCRATCH],
    cases: services.map(({ name }) => ({ when: serviceId(name), verdict: jump(logChainName(event, name)) })),
  });
}

/** The rule that finds the log chain of the window, of one service, whose id the scratch register holds. */
export function logByOpener(comment: string, service: string, policy: Policy): Rule {
  return rule(comment, {
    kind: "dispatch",
    key: [SCRATCH],
    cases: entries(policy)
      .filter((entry) => entry.service === service)
      .map(({ id, chain }) => ({ when: id, verdict: jump(chain) })),
  });
}

/** Who may come in where: the log line of each, and the chain that writes it. */
interface Entry {
  readonly id: string;
  readonly service: string;
  readonly chain: string;
  readonly event: string;
}

function entries({ services, knockers }: Policy): readonly Entry[] {
  const chainOf = (service: string): string => logChainName("admitted", service);
  return [
    ...services.map(({ name }) => ({
      id: serviceId(name),
      service: name,
      chain: chainOf(name),
      event: "admitted",
    })),
    ...knockers.flatMap(({ name, services: opened }) =>
      opened.map((service) => ({
        id: windowId({ kind: "knocker", name }, service),
        service,
        chain: `${chainOf(service)}_${name}`,
        event: `admitted ${name}`,
      })),
    ),
  ];
}

/** The rule that finds the log chain of the stage whose number the scratch register holds. */
export function logByStage(comment: string, stages: readonly Stage[]): Rule {
  return rule(comment, {
    kind: "dispatch",
    key: [SCRATCH],
    cases: stages.map(({ number }) => ({ when: handle(number), verdict: jump(stageChainName(number)) })),
  });
}

/** One chain for each prefix: lines of one service never use up the rate of another. */
export function logChains(policy: Policy, stages: readonly Stage[]): readonly Chain[] {
  const { services, log } = policy;
  const { admissions, refusals, stages: hasStages, linesPerMinute, ...others } = log;
  others satisfies Nothing;
  return [
    ...(admissions
      ? entries(policy).map(({ service, chain, event }) => ({
          name: chain,
          rules: [logRule(log, service, event)],
        }))
      : []),
    ...(refusals
      ? services.map(({ name }) => ({
          name: logChainName("refused", name),
          rules: [logRule(log, name, "refused")],
        }))
      : []),
    ...(hasStages
      ? stages.slice(1).map(
          ({ number, path, sequences }): Chain => ({
            name: stageChainName(number),
            rules: [logRule(log, namesOf(sequences), `stage ${path.length}`)],
          }),
        )
      : []),
  ];
}

/** What the last knock writes where stages are logged. */
export function logCompletion(log: Log, sequence: NamedSequence): Rule {
  return logRule(log, namesOf([sequence]), `${sequence.action} sequence complete`);
}

function logRule({ linesPerMinute }: Log, subject: string, event: string): Rule {
  return rule(`log: ${subject}, ${event}`, limit(`${linesPerMinute}/minute burst ${BURST_LINES} packets`), {
    kind: "log",
    prefix: `portknock: ${subject}: ${event} `,
  });
}

/** A prefix has room for 127 characters, a comment for 128. */
function namesOf(sequences: readonly NamedSequence[]): string {
  const names = [...new Set(sequences.map(ownerName))];
  return names.length > MAX_NAMES ? `${names.length} services` : names.join(", ");
}

function logChainName(event: Event, service: string): string {
  return `pk_log_${event}_${service}`;
}

function stageChainName(number: number): string {
  return `pk_log_stage_${number}`;
}
