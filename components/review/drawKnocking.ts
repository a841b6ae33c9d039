import { printDuration } from "../policy/duration";
import { printSequenceId } from "../policy/sequenceId";
import type { DrawnKnock, DrawnSequence, DrawnToken } from "./drawnSequences";

/** More stages than this make a picture that nobody reads. */
const MAX_STAGES = 30;

interface DrawnStage {
  readonly id: string;
  readonly label: string;
  readonly isLast: boolean;
}

/**
 * The knocking of a policy as a Mermaid flowchart: stages with names, knocks without ports. Nothing where there would
 * be too much to see. Sequences that begin alike share their first stages.
 */
export function drawKnocking(
  sequences: readonly DrawnSequence[],
  tokens: readonly DrawnToken[],
): string | undefined {
  const stages = new Map<string, DrawnStage>();
  const edges = new Set<string>();
  for (const { id: sequence, outcomes, knocks } of sequences) {
    let at = "start";
    for (const [index, { protocol }] of knocks.entries()) {
      const prefix = knocks.slice(0, index + 1);
      const isLast = prefix.length === knocks.length;
      const key = isLast ? `last of ${printSequenceId(sequence)}` : pathOf(prefix);
      const stage = stages.get(key) ?? {
        id: `stage${stages.size + 1}`,
        label: isLast ? outcomes.join("<br/>") : describeStage(sequences, prefix),
        isLast,
      };
      stages.set(key, stage);
      edges.add(`${at} -->|"knock ${prefix.length}, ${protocol}"| ${stage.id}`);
      if (!isLast) {
        edges.add(`${stage.id} -. "wrong, or ${patience(sequences, prefix)}" .-> start`);
      }
      at = stage.id;
    }
  }
  for (const { opener, outcomes } of tokens) {
    const id = `stage${stages.size + 1}`;
    stages.set(`token of ${opener.name}`, { id, label: outcomes.join("<br/>"), isLast: true });
    edges.add(`start -->|"one packet of ${opener.name}, once"| ${id}`);
  }
  if (stages.size > MAX_STAGES) {
    return undefined;
  }
  const nodes = [...stages.values()].map(({ id, label, isLast }) =>
    isLast ? `${id}(["${label}"])` : `${id}["${label}"]`,
  );
  return ["flowchart LR", 'start(("start"))', ...nodes, ...edges].join("\n  ");
}

function describeStage(sequences: readonly DrawnSequence[], prefix: readonly DrawnKnock[]): string {
  const owners = beginningWith(sequences, prefix).map(({ id }) => printSequenceId(id));
  return `${owners.join(", ")}: ${prefix.length} ${prefix.length === 1 ? "knock" : "knocks"}`;
}

/** Where sequences begin alike, the longest knock timeout of them holds. */
function patience(sequences: readonly DrawnSequence[], prefix: readonly DrawnKnock[]): string {
  const timeouts = beginningWith(sequences, prefix).map(({ knockTimeoutSeconds }) => knockTimeoutSeconds);
  return printDuration(Math.max(0, ...timeouts));
}

function beginningWith(
  sequences: readonly DrawnSequence[],
  prefix: readonly DrawnKnock[],
): readonly DrawnSequence[] {
  return sequences.filter(({ knocks }) => pathOf(knocks.slice(0, prefix.length)) === pathOf(prefix));
}

function pathOf(knocks: readonly DrawnKnock[]): string {
  return knocks.map(({ identity }) => identity).join(" ");
}
