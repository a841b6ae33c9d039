import { isPort } from "../policy/portRange";

/** Every number in a text that is a port. */
export function portsInText(text: string): readonly number[] {
  return [...text.matchAll(/\d+/g)].map(([digits]) => Number(digits)).filter(isPort);
}
