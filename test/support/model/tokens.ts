import { type NamedToken, namedTokens } from "../../../components/policy/namedSequences";
import type { Policy } from "../../../components/policy/policy";
import type { Timers } from "./timers";

/** A token that a host has. */
export interface HostToken {
  /** 32 hexadecimal digits. */
  readonly token: string;
  /** The knocker; `undefined` where it was made of a secret that nobody has any more. */
  readonly whose?: string;
  /** In how many seconds its slot begins, and in how many it is over. */
  readonly begins: number;
  readonly ends: number;
}

export interface Tokens {
  fill(tokens: readonly HostToken[], now: number): void;
  /** Uses one up; what it opens, if anything. */
  use(token: string, now: number): NamedToken | undefined;
  /** For how many more seconds a token is one. */
  left(token: string, now: number): number;
}

/** A token opens once, in its slot; who sends it before uses it up. */
export function createTokens(policy: Policy, timers: Timers): Tokens {
  const named = namedTokens(policy);
  const owners = new Map<string, string | undefined>();
  const left = (token: string, now: number): number => timers.left(token, "token", now);
  return {
    fill: (tokens, now) => {
      for (const { token, whose, begins, ends } of tokens) {
        owners.set(token, whose);
        timers.start(token, "token", ends, now);
        if (begins > 0) timers.start(token, "early", begins, now);
      }
    },
    use: (token, now) => {
      if (left(token, now) === 0) return undefined;
      timers.stop(token, "token");
      if (timers.left(token, "early", now) > 0) return undefined;
      return named.find(({ opener }) => opener.name === owners.get(token));
    },
    left,
  };
}
