import type { KnownOpening } from "../../../components/policy/deployerKnocks";

/** A boot, or a flush, may take tokens away for so long. */
const LONGEST_WAIT_SECONDS = 17 * 60;

export interface TokensBegin {
  /** Whether no token of anybody as whom the deployer knocks works yet. */
  readonly isLater: boolean;
  /** Those of whom the tokens do not work yet. */
  readonly waiting: readonly string[];
  readonly wrong: readonly string[];
}

/** What a host's status says of when the tokens begin that a deployer has. */
export function tokensBegin(openings: readonly KnownOpening[], status: string): TokensBegin {
  const clock = Number(/^clock (\d+)$/m.exec(status)?.[1]);
  const begins = [...status.matchAll(/^tokens (\S+) \S+ (\d+) \d+$/gm)].flatMap(([, name = "", from]) =>
    openings.some((known) => known.kind === "token" && known.name === name)
      ? [{ name, from: Number(from) }]
      : [],
  );
  const waiting = begins.filter(({ from }) => from > clock);
  return {
    isLater: begins.length > 0 && waiting.length === begins.length,
    waiting: waiting.map(({ name }) => name),
    wrong: waiting
      .filter(({ from }) => from - clock > LONGEST_WAIT_SECONDS)
      .map(({ name, from }) => `no token of ${name} opens for ${from - clock} s`),
  };
}
