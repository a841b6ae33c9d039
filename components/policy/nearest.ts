import { closest, distance } from "fastest-levenshtein";

/** Of some words the one that is most like a word, and how many letters more, less or other there are. */
export interface Nearest {
  readonly word: string;
  readonly slips: number;
}

/** @param words one at least */
export function nearestOf(word: string, words: readonly string[]): Nearest {
  const nearest = closest(word, words);
  return { word: nearest, slips: distance(word, nearest) };
}
