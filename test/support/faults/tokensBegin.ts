import type { KnownOpening } from "../../../components/policy/deployerKnocks";

/** A boot, or a flush, may take tokens away for so long. */
const LONGEST_WAIT_SECONDS = 17 * 60;

export interface TokensBegin {
  /** Whether no token of anybody as whom the deployer knocks works yet. */
  readonly isLater: boolean;
  /** Whether those of one of them do not. */
  readonly isPartly: boolean;
  readonly wrong: readonly string[];
}

/** What a host's status says of when the tokens begin that a deployer has. */
export function tokensBegin(openings: readonly KnownOpening[], status: string): TokensBegin {
  const clock = Number(/^clock (\d+)$/m.exec(status)?.[1]);
  const names = openings.flatMap(({ kind, name }) => (kind === "token" ? [name] : []));
  const begins = [...status.matchAll(/^tokens (\S+) \S+ (\d+) \d+$/gm)].flatMap(([, name = "", from]) =>
    names.includes(name) ? [Number(from)] : [],
  );
  const first = Math.min(...begins);
  const isLater = begins.length > 0 && first > clock;
  const isPartly = begins.some((begin) => begin > clock);
  const isTooLate = isLater && first - clock > LONGEST_WAIT_SECONDS;
  return { isLater, isPartly, wrong: isTooLate ? [`no token opens for ${first - clock} s`] : [] };
}
