import type { Lab, LabClient, LabHost } from "../../../lab";
import { canConnect } from "../hostPayload";
import { sendTokens } from "../tokenHost";
import type { Deployer } from "./deployer";
import type { View } from "./faultHost";
import { type FaultHostKind, openingsFor } from "./faultRules";
import type { Rules, Setting } from "./setting";
import { tokensBegin } from "./tokensBegin";

/** When a token must open: at once, when the host says, or never, where it has lost what makes them. */
export type TokensAfter = "now" | "later" | "never";

/** Who gets in to a host: the deployer, and nobody else. */
export interface WayIn {
  /** Once a run and its guard have ended. */
  judgeFault(setting: Setting, seen: View, tokens: TokensAfter): Promise<readonly string[]>;
  /** Behind the next plain apply and confirm. */
  judgeMended(rules: Rules, seen: View, tokens: TokensAfter): Promise<readonly string[]>;
  /** Whether tokens of the deployer do not work yet. */
  isWaiting(): boolean;
}

export interface WayInOptions {
  readonly lab: Lab;
  readonly laptop: LabClient;
  readonly deployer: Deployer;
  readonly host: LabHost;
  readonly kind: FaultHostKind;
}

/** Tokens of so many knocks ago are of slots that are over. */
const REMEMBERED = 40;

/** For one knocker after the other, eight tokens of each, where what is shut answers nothing. */
const LONGEST_KNOCK_SECONDS = 40;

/** On a machine that is busy with other tests. */
const LONGEST_ACCEPT_SECONDS = 20;

const SETS = ["admitted4", "admitted6", "windows4", "windows6"].map((set) => `pk_${set}`);

/** What is shut may answer nothing, and is not waited for. */
function secondsFor(isGuarded: boolean): number | undefined {
  return isGuarded ? undefined : LONGEST_ACCEPT_SECONDS;
}

export function createWayIn(options: WayInOptions): WayIn {
  return options.kind.deployer === "allowed" ? allowedWayIn(options) : knockedWayIn(options);
}

/** The deployer where the rules name him, and the laptop only where nothing is guarded. */
function allowedWayIn({ lab, laptop, host, kind }: WayInOptions): WayIn {
  return {
    judgeFault: async (_, { rules }) => {
      // Under a baseline a stranger's attempt is answered late, and remembered.
      if (kind.profile === "baseline") return [];
      const isGuarded = rules !== "";
      const [deployer, stranger] = await Promise.all([
        canConnect(lab.operator, host.address4, 22, LONGEST_ACCEPT_SECONDS),
        canConnect(laptop, host.address4, 22, secondsFor(isGuarded)),
      ]);
      return [
        ...(deployer ? [] : ["the deployer is locked out"]),
        ...(stranger === isGuarded ? [isGuarded ? "it is open" : "it is still guarded"] : []),
      ];
    },
    judgeMended: async () => [],
    isWaiting: () => false,
  };
}

/** The deployer behind a knock and not without one, and never the laptop, which sends every token that was used once more. */
function knockedWayIn({ lab, laptop, deployer, host, kind }: WayInOptions): WayIn {
  let used: readonly string[] = [];
  let waits = false;
  let waitsPartly = false;

  const shutOut = () =>
    host.run(`${SETS.map((set) => `nft flush set inet portknock ${set}`).join("\n")}\ntrue`, {
      check: false,
    });
  /** Without a knock of theirs. */
  const strangers = async (isGuarded: boolean): Promise<readonly string[]> => {
    const [again, stranger] = await Promise.all([
      canConnect(lab.operator, host.address4, 22, secondsFor(isGuarded)),
      canConnect(laptop, host.address4, 22, secondsFor(isGuarded)),
    ]);
    return [
      ...(again === isGuarded ? [isGuarded ? "it is open to who does not knock" : "it is shut"] : []),
      ...(stranger === isGuarded ? [isGuarded ? "it is open" : "it is still guarded"] : []),
    ];
  };
  const replay = async (): Promise<readonly string[]> => {
    if (used.length === 0) return [];
    await sendTokens(laptop, host.address4, used);
    return (await canConnect(laptop, host.address4, 22)) ? ["a token that was used opens once more"] : [];
  };
  /** An sshd on a busy machine may take its time, as it may for the command plugin, which dials again too. */
  const logsIn = async (): Promise<boolean> => {
    for (let tries = 0; tries < 3; tries += 1) {
      if ((await lab.ssh(host, "true", { check: false })).exitCode === 0) return true;
    }
    return false;
  };
  const enter = async (wanted: Rules): Promise<readonly string[]> => {
    const { tried, token, seconds } = await deployer.knock(host, wanted.payload);
    const isIn = await logsIn();
    if (token !== undefined && isIn) used = [...used, token].slice(-REMEMBERED);
    return [
      ...(isIn ? [] : [`the deployer is locked out, after knocks as ${tried.join(", ")}`]),
      ...(seconds > LONGEST_KNOCK_SECONDS ? [`the deployer knocked for ${Math.round(seconds)} s`] : []),
    ];
  };
  /** Whether a knock may open yet, by what the host says of its tokens; those that worked `before` must go on, or may not. */
  const awaitTokens = (
    wanted: Rules,
    before: Rules | undefined,
    { status }: View,
    tokens: TokensAfter,
  ): readonly string[] => {
    const { isLater, waiting, wrong } = tokensBegin(openingsFor(wanted.payload), status);
    waits = isLater;
    waitsPartly = waiting.length > 0;
    const had = before === undefined ? [] : openingsFor(before.payload).map(({ name }) => name);
    const gone = tokens === "now" ? waiting.filter((name) => isLater || had.includes(name)) : [];
    return [...wrong, ...gone.map((name) => `the tokens of ${name} are gone for minutes`)];
  };

  return {
    judgeFault: async ({ old, next }, seen, tokens) => {
      await shutOut();
      const isGuarded = seen.rules !== "";
      const wrong = [...(await strangers(isGuarded)), ...(isGuarded ? await replay() : [])];
      if (!isGuarded || (kind.deployer === "tokens" && tokens === "never")) return wrong;
      wrong.push(...awaitTokens(next, old, seen, tokens));
      return waits ? wrong : [...wrong, ...(await enter(next))];
    },
    judgeMended: async (rules, seen, tokens) => {
      const wrong = [...(await replay()), ...awaitTokens(rules, undefined, seen, tokens)];
      if (waits) return wrong;
      await shutOut();
      return [...wrong, ...(await enter(rules))];
    },
    isWaiting: () => waitsPartly,
  };
}
