import { PolicyError } from "../components/policy/policyError";
import type { Knock } from "../components/policy/sequence";
import { parseSequence } from "../components/policy/sequence";
import { CommandError } from "./commandError";
import { readSecret } from "./readSecret";

/** Where the sequence is to come from; with neither, the terminal asks for it. */
export interface SequenceSource {
  readonly sequence?: string;
  readonly sequenceFile?: string;
}

const NAME = {
  prompt: "Knock sequence",
  noun: "sequence",
  instead: "--sequence-file, or a host that is enrolled",
};

/** Reads and parses the sequence. No message about it contains any of it. */
export async function readSequence(source: SequenceSource): Promise<readonly Knock[]> {
  const text = source.sequence ?? (await readSecret(source.sequenceFile, NAME));
  try {
    return parseSequence(text);
  } catch (error) {
    if (error instanceof PolicyError) {
      throw new CommandError(2, error.message.split("\n"));
    }
    throw error;
  }
}
