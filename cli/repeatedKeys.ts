import { isName } from "../components/policy/nameProblem";
import { type Problem, printProblem } from "../components/policy/policyError";
import { printNumber } from "../components/policy/printNumber";
import { skipSpace, tokenAt } from "./jsonTokens";

/**
 * The keys that an object has twice. JSON.parse takes the last one without a word: a guarded service would be gone.
 *
 * @param text what `findSyntaxFault` finds nothing wrong with: JSON, and not deeper than a stack carries.
 */
export function repeatedKeys(text: string): readonly Problem[] {
  let offset = 0;
  const next = (): string => {
    const start = skipSpace(text, offset);
    const token = tokenAt(text, start);
    if (token === undefined) {
      throw new Error("bug: repeatedKeys reads JSON only");
    }
    offset = start + token.length;
    return token;
  };
  const problems = new Map<string, Problem>();
  readValue(next(), [], {
    next,
    report: (problem) => problems.set(printProblem(problem), problem),
  });
  return [...problems.values()];
}

type Path = readonly string[];

interface Reading {
  /** The next token. */
  readonly next: () => string;
  readonly report: (problem: Problem) => void;
}

/** Reads the value that begins with `token` to its end. */
function readValue(token: string, path: Path, reading: Reading): void {
  if (token === "{") {
    readObject(path, reading);
  } else if (token === "[") {
    readArray(path, reading);
  }
}

function readObject(path: Path, reading: Reading): void {
  const { next, report } = reading;
  const places = new Map<string, number>();
  let place = 0;
  for (let token = next(); token !== "}"; token = next()) {
    if (token === ",") {
      continue;
    }
    place += 1;
    const key = String(JSON.parse(token));
    const first = places.get(key);
    if (first === undefined) {
      places.set(key, place);
    } else {
      report(repetition(path, key, place, first));
    }
    // The colon.
    next();
    // What is no name stays out: somebody may have put a sequence there.
    const segment = isName(key) ? key : `name ${printNumber(place)}`;
    readValue(next(), [...path, segment], reading);
  }
}

function readArray(path: Path, reading: Reading): void {
  const { next } = reading;
  let place = 0;
  for (let token = next(); token !== "]"; token = next()) {
    if (token !== ",") {
      place += 1;
      readValue(token, [...path, printNumber(place)], reading);
    }
  }
}

function repetition(path: Path, key: string, place: number, first: number): Problem {
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
