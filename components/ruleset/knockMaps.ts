import type { Knock } from "../policy/policy";
import { knockKey } from "../policy/sequence";
import { completeChainName } from "./completionChains";
import { goto } from "./phrases";
import { PORT_TYPE } from "./portMaps";
import type { Element, NamedSet } from "./ruleset";
import { handle, type Move, type Stage } from "./stages";

const MOVE_TYPE = ["classid", ...PORT_TYPE];

/** What the trie of all sequences looks like to the rules. */
export function knockMaps(stages: readonly Stage[]): readonly NamedSet[] {
  return [movesMap(stages), nextMap(stages)];
}

/** What a knock means at a stage: a move, or, made before in this attempt, nothing. */
function movesMap(stages: readonly Stage[]): NamedSet {
  const elements = stages.flatMap((stage) => [
    ...stage.moves.map((move) => ({
      key: knockAt(stage, move.knock),
      value: goto(moveChainName(stage, move)),
    })),
    ...stage.path
      .filter((knock) => !stage.moves.some((move) => knockKey(move.knock) === knockKey(knock)))
      .map((knock) => ({ key: knockAt(stage, knock), value: goto("pk_done") })),
  ]);
  return { name: "pk_moves", keyType: MOVE_TYPE, valueType: "verdict", flags: [], elements };
}

function nextMap(stages: readonly Stage[]): NamedSet {
  const elements = stages.flatMap((stage) =>
    stage.moves.flatMap((move): readonly Element[] =>
      move.kind === "advance" ? [{ key: knockAt(stage, move.knock), value: handle(move.to.number) }] : [],
    ),
  );
  return { name: "pk_next", keyType: MOVE_TYPE, valueType: "classid", flags: [], elements };
}

function moveChainName(from: Stage, move: Move): string {
  if (move.kind === "complete") {
    return completeChainName(move.sequence);
  }
  const isFirst = from.path.length === 0;
  return `pk_${isFirst ? "first" : "advance"}_${move.to.timeoutSeconds}s`;
}

function knockAt(stage: Stage, knock: Knock): readonly string[] {
  return [handle(stage.number), knock.protocol, `${knock.port}`];
}
