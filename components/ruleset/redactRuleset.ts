import { type NamedSequence, namedSequences } from "../policy/namedSequences";
import type { Knock, Policy } from "../policy/policy";
import { knockKey } from "../policy/sequence";
import { compilePolicy } from "./compilePolicy";
import type { Element, NamedSet, Ruleset } from "./ruleset";
import { buildStages, handle, type Stage } from "./stages";

export interface RedactedRuleset {
  /** The same ruleset with `$ssh_knock_2` where a port of a sequence stood. */
  readonly ruleset: Ruleset;
  /** The names that stand for the ports, in knocking order. */
  readonly names: readonly KnockName[];
}

export interface KnockName {
  readonly name: string;
  /** Secret. */
  readonly port: number;
}

/**
 * The ruleset of a policy to show around: nothing of it depends on the ports of the sequences, nor on their order.
 * Where sequences begin alike, their common knocks have the name of the first.
 */
export function redactRuleset(policy: Policy): RedactedRuleset {
  const sequences = namedSequences(policy);
  const ruleset = compilePolicy(policy);
  const trie = {
    sequences,
    stages: new Map(buildStages(sequences).map((stage) => [handle(stage.number), stage])),
  };
  const ports = ruleset.sets.find(({ name }) => name === "pk_ports")?.elements ?? [];
  return {
    ruleset: { ...ruleset, sets: ruleset.sets.map((set) => redactSet(set, trie, ports)) },
    names: knockNames(sequences),
  };
}

function knockNames(sequences: readonly NamedSequence[]): readonly KnockName[] {
  const all = sequences.flatMap(({ knocks }) =>
    knocks.map((knock, index) => ({ name: nameOf(sequences, knocks.slice(0, index + 1)), port: knock.port })),
  );
  return all.filter(({ name }, index) => all.findIndex((other) => other.name === name) === index);
}

interface Trie {
  readonly sequences: readonly NamedSequence[];
  /** By the handle that stands for it in the ruleset. */
  readonly stages: ReadonlyMap<string, Stage>;
}

function redactSet(set: NamedSet, trie: Trie, ports: readonly Element[]): NamedSet {
  const { sequences } = trie;
  switch (set.name) {
    case "pk_moves":
    case "pk_next":
      return { ...set, elements: set.elements.map((element) => redactMove(element, trie)) };
    case "pk_ports":
      return { ...set, elements: ports.map((element) => redactPort(element, sequences)) };
    case "pk_named":
      return { ...set, elements: redactNamed(ports, sequences) };
    default:
      return set;
  }
}

/** `0:1 . tcp . 8000`: at a stage its moves, and the knocks that led there. */
function redactMove({ key, ...rest }: Element, { sequences, stages }: Trie): Element {
  const [at = "", protocol, port] = key;
  const stage = stages.get(at);
  const isHere = (knock: Knock): boolean => knock.protocol === protocol && `${knock.port}` === port;
  const made = stage?.path.findIndex(isHere) ?? -1;
  const move = stage?.moves.find(({ knock }) => isHere(knock));
  if (protocol === undefined || stage === undefined) {
    throw new Error("bug: a move that belongs to no stage");
  }
  const prefix = move === undefined ? stage.path.slice(0, made + 1) : [...stage.path, move.knock];
  return { ...rest, key: [at, protocol, reference(sequences, prefix)] };
}

function redactPort(element: Element, sequences: readonly NamedSequence[]): Element {
  const first = firstKnockAt(element, sequences);
  return first === undefined ? element : { ...element, key: [first.protocol, reference(sequences, [first])] };
}

/** The names come last: among the sorted ports, their places would tell how high they are. */
function redactNamed(ports: readonly Element[], sequences: readonly NamedSequence[]): readonly Element[] {
  const firsts = ports.flatMap((element) => firstKnockAt(element, sequences) ?? []);
  const others = ports
    .filter((element) => firstKnockAt(element, sequences) === undefined)
    .map(({ key }) => Number(key[1]));
  const plain = [...new Set(others)].toSorted((a, b) => a - b).map((port) => ({ key: [`${port}`] }));
  return [...plain, ...firsts.map((first) => ({ key: [reference(sequences, [first])] }))];
}

function firstKnockAt({ key, value }: Element, sequences: readonly NamedSequence[]): Knock | undefined {
  const isKnocking = typeof value === "object" && value.kind === "goto" && value.chain === "pk_knock";
  const [protocol, port] = key;
  const firsts = sequences.flatMap(({ knocks }) => knocks.slice(0, 1));
  return isKnocking
    ? firsts.find((knock) => knock.protocol === protocol && `${knock.port}` === port)
    : undefined;
}

function reference(sequences: readonly NamedSequence[], prefix: readonly Knock[]): string {
  return `$${nameOf(sequences, prefix)}`;
}

/** `ssh_knock_2`. No name of a service has an underscore. */
function nameOf(sequences: readonly NamedSequence[], prefix: readonly Knock[]): string {
  const sequence = sequences.find(({ knocks }) =>
    prefix.every((knock, index) => {
      const own = knocks[index];
      return own !== undefined && knockKey(own) === knockKey(knock);
    }),
  );
  if (sequence === undefined || prefix.length === 0) {
    throw new Error("bug: knocks that begin no sequence");
  }
  return `${ownerOf(sequence)}_knock_${prefix.length}`;
}

function ownerOf(sequence: NamedSequence): string {
  switch (sequence.action) {
    case "admit":
      return sequence.services[0].name;
    case "close":
      return `${sequence.services[0].name}_close`;
    case "unban":
      return "baseline_unban";
    default:
      return unknownAction(sequence);
  }
}

function unknownAction(sequence: never): never {
  throw new Error(`bug: unknown action of a sequence ${typeof sequence}`);
}
