import { type NamedSequence, namedSequences } from "../policy/namedSequences";
import type { Knock, Policy } from "../policy/policy";
import { knockKey } from "../policy/sequence";
import { unreachable } from "../policy/unreachable";
import { compilePolicy } from "../ruleset/compilePolicy";
import type { Element, NamedSet, Ruleset } from "../ruleset/ruleset";
import { buildStages, handle, type Stage } from "../ruleset/stages";

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
  const knocks = namedKnocks(sequences);
  const trie = {
    knocks,
    stages: new Map(buildStages(sequences).map((stage) => [handle(stage.number), stage])),
  };
  const ports = ruleset.sets.find(({ name }) => name === "pk_ports")?.elements ?? [];
  return {
    ruleset: { ...ruleset, sets: ruleset.sets.map((set) => redactSet(set, trie, ports)) },
    names: [...knocks.values()],
  };
}

/** Knocks that begin a sequence → the name of the last of them. */
type NamedKnocks = ReadonlyMap<string, KnockName>;

/** Where sequences begin alike, the first one names. */
function namedKnocks(sequences: readonly NamedSequence[]): NamedKnocks {
  const named = new Map<string, KnockName>();
  for (const sequence of sequences) {
    for (const [index, { port }] of sequence.knocks.entries()) {
      const key = printKeys(sequence.knocks.slice(0, index + 1));
      if (!named.has(key)) {
        // No name of a service or knocker has an underscore.
        named.set(key, { name: `${ownerOf(sequence)}_knock_${index + 1}`, port });
      }
    }
  }
  return named;
}

interface Trie {
  readonly knocks: NamedKnocks;
  /** By the handle that stands for it in the ruleset. */
  readonly stages: ReadonlyMap<string, Stage>;
}

function redactSet(set: NamedSet, trie: Trie, ports: readonly Element[]): NamedSet {
  switch (set.name) {
    case "pk_moves":
    case "pk_next":
      return { ...set, elements: set.elements.map((element) => redactMove(element, trie)) };
    case "pk_ports":
      return { ...set, elements: ports.map((element) => redactPort(element, trie)) };
    case "pk_named":
      return { ...set, elements: redactNamed(ports, trie) };
    default:
      return set;
  }
}

/** `0:1 . tcp . 8000`: at a stage its moves, and the knocks that led there. */
function redactMove({ key, ...rest }: Element, { knocks, stages }: Trie): Element {
  const [at = "", protocol, port] = key;
  const stage = stages.get(at);
  const isHere = (knock: Knock): boolean => knock.protocol === protocol && `${knock.port}` === port;
  const made = stage?.path.findIndex(isHere) ?? -1;
  const move = stage?.moves.find(({ knock }) => isHere(knock));
  if (protocol === undefined || stage === undefined) {
    throw new Error("bug: a move that belongs to no stage");
  }
  const prefix = move === undefined ? stage.path.slice(0, made + 1) : [...stage.path, move.knock];
  return { ...rest, key: [at, protocol, referenceTo(prefix, knocks)] };
}

function redactPort(element: Element, { knocks }: Trie): Element {
  const first = firstKnockAt(element);
  return first === undefined ? element : { ...element, key: [first.protocol, referenceTo([first], knocks)] };
}

/** The names come last: among the sorted ports, their places would tell how high they are. */
function redactNamed(ports: readonly Element[], { knocks }: Trie): readonly Element[] {
  const firsts = ports.flatMap((element) => firstKnockAt(element) ?? []);
  const others = ports
    .filter((element) => firstKnockAt(element) === undefined)
    .map(({ key }) => Number(key[1]));
  const plain = [...new Set(others)].toSorted((a, b) => a - b).map((port) => ({ key: [`${port}`] }));
  return [...plain, ...firsts.map((first) => ({ key: [referenceTo([first], knocks)] }))];
}

/** Only a first knock leads to the chain of knocks from the map of ports. */
function firstKnockAt({ key, value }: Element): Knock | undefined {
  const isKnocking = typeof value === "object" && value.kind === "goto" && value.chain === "pk_knock";
  const [protocol, port] = key;
  return isKnocking && (protocol === "tcp" || protocol === "udp")
    ? { protocol, port: Number(port) }
    : undefined;
}

function referenceTo(prefix: readonly Knock[], knocks: NamedKnocks): string {
  const named = knocks.get(printKeys(prefix));
  if (named === undefined) {
    throw new Error("bug: knocks that begin no sequence");
  }
  return `$${named.name}`;
}

function printKeys(knocks: readonly Knock[]): string {
  return knocks.map(knockKey).join(",");
}

function ownerOf(sequence: NamedSequence): string {
  switch (sequence.action) {
    case "admit":
      return sequence.opener.name;
    case "close":
      return `${sequence.opener.name}_close`;
    case "unban":
      return "baseline_unban";
    default:
      return unreachable(sequence);
  }
}
