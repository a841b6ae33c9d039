import { visit } from "jsonc-parser";
import { isName } from "../components/policy/nameProblem";
import { type Problem, printProblem } from "../components/policy/policyError";
import { printNumber } from "../components/policy/printNumber";

/** An array or object that is being read. */
interface Level {
  /** The place of each key of an object, counted from 1. */
  readonly places: Map<string, number>;
  /** Which item or key is being read, counted from 1. */
  place: number;
  /** The last key; none in an array. */
  key: string | undefined;
}

/**
 * The keys that an object has twice. JSON.parse takes the last one without a word: a guarded service would be gone.
 *
 * @param text what `findSyntaxFault` finds nothing wrong with: JSON, and not deeper than a stack carries.
 */
export function repeatedKeys(text: string): readonly Problem[] {
  const problems = new Map<string, Problem>();
  const levels: Level[] = [];
  const enter = (): void => {
    levels.push({ places: new Map(), place: 1, key: undefined });
  };
  const leave = (): void => {
    levels.pop();
  };
  visit(text, {
    onObjectBegin: enter,
    onArrayBegin: enter,
    onObjectEnd: leave,
    onArrayEnd: leave,
    onSeparator: (character) => {
      const level = levels.at(-1);
      if (level !== undefined && character === ",") {
        level.place += 1;
      }
    },
    onObjectProperty: (key) => {
      const level = levels.at(-1);
      if (level === undefined) {
        throw new Error("bug: a key outside of an object");
      }
      level.key = key;
      const first = level.places.get(key);
      if (first === undefined) {
        level.places.set(key, level.place);
        return;
      }
      const problem = repetition(levels.slice(0, -1).map(printSegment), key, level.place, first);
      problems.set(printProblem(problem), problem);
    },
  });
  return [...problems.values()];
}

/** What is no name stays out: somebody may have put a sequence there. */
function printSegment({ key, place }: Level): string {
  if (key === undefined) {
    return printNumber(place);
  }
  return isName(key) ? key : `name ${printNumber(place)}`;
}

function repetition(path: readonly string[], key: string, place: number, first: number): Problem {
  if (isName(key)) {
    const problem = "is there more than once, and only the last would count";
    return { path: [...path, key].join("."), problem, remedy: "keep one" };
  }
  return {
    path: path.length === 0 ? "policy" : path.join("."),
    problem: `name ${printNumber(place)} repeats name ${printNumber(first)}`,
    remedy: "keep one of the two",
  };
}
