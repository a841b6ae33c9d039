import * as pulumi from "@pulumi/pulumi";

import pLimit = require("p-limit");

/** Lets some hosts of a component go on at a time. */
export interface Turns {
  /** Resolves when it is a host's turn, which ends when `done` resolves. */
  take(done: Promise<void>): Promise<void>;
}

/** How many operations the engine may run at once. */
const ENGINE_PARALLEL = "PULUMI_NODEJS_PARALLEL";
const UNKNOWN_PARALLEL = 8;

/**
 * The engine takes what it is told in order: where it is told of the whole fleet's applies at once, the first confirm waits
 * behind all of them, and its host may put its old rules back meanwhile. So it is told of as many hosts as it can work on,
 * and of as many again, so that it never waits for the program. A preview changes nothing, and needs no turns.
 */
export function turnsOfProgram(): Turns {
  const stack = pulumi.runtime.getStackResource();
  const known = stack && turns.get(stack);
  if (known !== undefined) {
    return known;
  }
  const made = pulumi.runtime.isDryRun() ? NO_TURNS : turnsFor(2 * engineParallel());
  if (stack !== undefined) {
    turns.set(stack, made);
  }
  return made;
}

/** One program has one engine, however many components it makes. */
const turns = new WeakMap<pulumi.Resource, Turns>();

const NO_TURNS: Turns = { take: async () => {} };

function turnsFor(most: number): Turns {
  const limit = pLimit(most);
  return {
    take: (done) =>
      new Promise((begin) => {
        void limit(async () => {
          begin();
          await done;
        });
      }),
  };
}

/** The CLI's programs have it in their environment; of others the SDK says no more than whether it is one. */
function engineParallel(): number {
  const parallel = pulumi.runtime.serialize() ? 1 : Number(process.env[ENGINE_PARALLEL]);
  return Number.isInteger(parallel) && parallel > 0 ? parallel : UNKNOWN_PARALLEL;
}
