import { nearestOf } from "../nearest";
import { listSome, printNumber } from "../printNumber";

/** The message about fields that are not known: which they are, and which were meant. */
export function unknownFields(fields: readonly string[], known: readonly string[]): string {
  const count = fields.length === 1 ? "an unknown field" : `${printNumber(fields.length)} unknown fields`;
  const shown = fields.filter(isNoSecret);
  const meant = [...new Set(shown.flatMap((field) => meantBy(field, known)))];
  const names = shown.length === 0 ? "" : `, ${listSome(shown)}`;
  return [
    `has ${count}${names}${names === "" || shown.length === fields.length ? "" : " among them"}`,
    `${meant.length === 0 ? "" : `write ${meant.join(" and ")} if that is meant; `}known are ${known.join(", ")}`,
  ].join("; ");
}

/** Somebody may have put a sequence, a token or a key where the name of a field belongs. All of these have digits in a row, or are longer. */
function isNoSecret(field: string): boolean {
  return /^[A-Za-z](?:[A-Za-z_-]|\d(?!\d)){0,23}$/.test(field);
}

/** Two letters more, less or other are a slip. */
function meantBy(field: string, known: readonly string[]): readonly string[] {
  const { word, slips } = nearestOf(
    field.toLowerCase(),
    known.map((each) => each.toLowerCase()),
  );
  return slips <= 2 && slips < field.length / 2 ? known.filter((each) => each.toLowerCase() === word) : [];
}
