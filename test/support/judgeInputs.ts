import type { Ruleset } from "../../components/ruleset/ruleset";
import { judgeInput } from "./judgeInput";
import { BATCH, loadRulesets } from "./nftBatch";

/** What became of many inputs. */
export interface Tally {
  refused: number;
  loaded: number;
  readonly wrong: Wrong[];
}

export interface Wrong {
  readonly input: unknown;
  readonly what: string;
}

/** How many nft processes run beside this one. */
const LANES = 2;

/** Judges inputs one by one, and loads what they compile to, many at once. */
export async function judgeInputs(
  inputs: Iterable<unknown>,
  onBatch: (tally: Tally) => void = () => {},
): Promise<Tally> {
  const tally: Tally = { refused: 0, loaded: 0, wrong: [] };
  const lanes = Array.from({ length: LANES }, () => Promise.resolve());
  let turn = 0;
  let waiting: { readonly input: unknown; readonly ruleset: Ruleset }[] = [];
  const flush = async (): Promise<void> => {
    const batch = waiting;
    waiting = [];
    turn = (turn + 1) % LANES;
    await lanes[turn];
    lanes[turn] = loadRulesets(batch.map(({ ruleset }) => ruleset)).then((complaints) => {
      complaints.forEach((what, index) => {
        if (what === undefined) tally.loaded += 1;
        else tally.wrong.push({ input: batch[index]?.input, what });
      });
      onBatch(tally);
    });
  };
  for (const input of inputs) {
    const judgement = judged(input);
    if (judgement.kind === "refused") tally.refused += 1;
    else if (judgement.kind === "wrong") tally.wrong.push({ input, what: judgement.what });
    else if (waiting.push({ input, ruleset: judgement.ruleset }) === BATCH) await flush();
  }
  await flush();
  await Promise.all(lanes);
  return tally;
}

function judged(input: unknown): ReturnType<typeof judgeInput> {
  try {
    return judgeInput(input);
  } catch (error) {
    return { kind: "wrong", what: `threw ${error instanceof Error ? error.stack : String(error)}` };
  }
}
