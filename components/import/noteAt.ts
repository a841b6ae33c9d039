import type { Finding } from "../policy/policyError";
import type { Note } from "./imported";

export function noteAt(line: number, problem: string, remedy: string): Note {
  return { line, problem, remedy };
}

export function notesAt(line: number, findings: readonly Finding[]): readonly Note[] {
  return findings.map((finding) => ({ line, ...finding }));
}
