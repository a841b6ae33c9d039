import { setTimeout as sleep } from "node:timers/promises";
import { createKnockModel, type Knowledge, sourceOf } from "../../model/knockModel";
import type { Packet, Ping } from "../../model/packet";
import { toRawPacket } from "../rawPacket";
import { addressOf } from "./addresses";
import { agrees, type Comparison, compareKnowledge } from "./comparison";
import { readKernelKnowledge, type Snapshot } from "./kernelKnowledge";
import type { PacketStep, Script, ScriptCase } from "./scriptCase";
import type { ScriptTarget } from "./scriptLab";
import { fillingBatch, hostTokens, type ScriptToken, withTokens } from "./scriptTokens";

/** How long everybody waits: longer than the short times of the cases and not as long as the long ones. */
const WAIT_SECONDS = 3.2;

export interface Played {
  readonly script: Script;
  readonly comparisons: readonly Comparison[];
  /** Not when something went wrong before its end. */
  readonly isComplete: boolean;
  /** By how many seconds the times may be wrong without the model having said anything else. */
  readonly doubt: number;
}

/** A script and the number that gives its sources addresses of their own. */
export interface NumberedScript {
  readonly script: Script;
  readonly number: number;
}

/** Plays scripts side by side against the kernel and against the model. They wait together. */
export async function playScripts(
  scriptCase: ScriptCase,
  target: ScriptTarget,
  scripts: readonly NumberedScript[],
  silence: number,
): Promise<readonly Played[]> {
  const plays = scripts.map((script) => createPlay(scriptCase, target, script));
  const rounds = Math.max(...plays.map(({ rounds }) => rounds));
  await fillTokens(target, plays);
  for (let round = 0; round < rounds; round += 1) {
    if (round > 0) await sleep(1000 * WAIT_SECONDS);
    await Promise.all(plays.map((play) => play.send(round, silence)));
    const snapshot = await readKernelKnowledge(target.list, scriptCase.policy);
    for (const play of plays.filter((play) => round < play.rounds)) play.recall(snapshot);
    // What goes wrong early need not be waited for.
    if (plays.some((play) => isWrong(play.result()))) break;
  }
  return plays.map((play) => play.result());
}

/** All at once, as a host does it. */
async function fillTokens(target: ScriptTarget, plays: readonly Play[]): Promise<void> {
  const tokens = plays.flatMap((play) => play.tokens);
  if (tokens.length === 0) return;
  const { before, after } = await target.list("nft -f -", fillingBatch(tokens));
  for (const play of plays) play.fill((before + after) / 2, (after - before) / 2);
}

/** A time so close to its end may have passed in the kernel and not in the model, or the other way round. */
const CLEAR_SECONDS = 0.05;

/** Whether the times were far enough from their ends to tell. */
export function isClear({ doubt }: Played): boolean {
  return doubt > CLEAR_SECONDS;
}

export function isWrong(played: Played): boolean {
  return isClear(played) && !played.comparisons.every(agrees);
}

interface Play {
  /** The waits and one more. */
  readonly rounds: number;
  /** What the host must have. */
  readonly tokens: readonly ScriptToken[];
  /** They were filled at this moment, or so many seconds before or after it. */
  fill(now: number, slack: number): void;
  send(round: number, silence: number): Promise<void>;
  recall(snapshot: Snapshot): void;
  result(): Played;
}

function createPlay(
  { policy, sources, listening, isUntracked }: ScriptCase,
  target: ScriptTarget,
  { script, number }: NumberedScript,
): Play {
  const addresses = sources.map((kind) => addressOf(kind, number));
  const isListening = ({ port, protocol }: Packet): boolean => listening.includes(`${port}/${protocol}`);
  const model = createKnockModel(policy, isListening, isUntracked);
  const rounds = splitAtWaits(script);
  const comparisons: Comparison[] = [];
  const tokens = hostTokens(policy, script, number);
  let doubt = Number.POSITIVE_INFINITY;
  let latest = 0;
  let filling = 0;
  let played = 0;
  return {
    rounds: rounds.length,
    tokens,
    fill: (now, slack) => {
      model.fill(tokens, now);
      filling = slack;
    },
    send: async (round, silence) => {
      const packets = (rounds[round] ?? []).map(({ source, packet }) => ({
        what: `source ${source}, ${sources[source]}, sends ${packet}`,
        from: addresses[source] ?? "",
        packet: withTokens(packet, number, policy),
      }));
      const { steps, late } = await target.send(packets, silence);
      for (const [index, { what, from, packet }] of packets.entries()) {
        const { answer = "unknown", at = 0 } = steps[index] ?? {};
        const expected = model.receive(received(packet, from), at);
        comparisons.push({ what, kernel: answer, model: expected });
      }
      doubt = Math.min(doubt, model.takeDoubt() - late - filling);
      latest = Math.max(latest, late);
    },
    recall: (snapshot) => {
      played += 1;
      const slack = snapshot.took / 2 + latest + filling;
      for (const [index, address] of addresses.entries()) {
        const [network = ""] = sourceOf(policy, address).split("/");
        const what = `source ${index}, ${sources[index]}, is known for`;
        const known = snapshot.of(network);
        comparisons.push(compareKnowledge(what, known, model.recall(address, snapshot.at), slack));
      }
      const left = (of: (token: string) => number): Knowledge =>
        new Map(tokens.map(({ name, token }) => [name, of(token)] as const).filter(([, time]) => time > 0));
      const [kernel, expected] = [
        left((token) => snapshot.tokens.get(token) ?? 0),
        left((token) => model.tokenLeft(token, snapshot.at)),
      ];
      if (tokens.length > 0) comparisons.push(compareKnowledge("tokens left", kernel, expected, slack));
      doubt = Math.min(doubt, model.takeDoubt() - slack);
    },
    result: () => ({ script, comparisons, doubt, isComplete: played === rounds.length }),
  };
}

/** An address is a token where there are such addresses: over IPv6. */
function received(packet: string, source: string): Packet | Ping {
  const { to, ...raw } = toRawPacket(packet);
  return { ...raw, source, ...(to !== undefined && source.includes(":") && { token: to }) };
}

function splitAtWaits(script: Script): readonly (readonly PacketStep[])[] {
  const rounds: PacketStep[][] = [[]];
  for (const step of script) {
    if (step.kind === "wait") rounds.push([]);
    else rounds.at(-1)?.push(step);
  }
  return rounds;
}
