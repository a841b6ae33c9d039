import * as pulumi from "@pulumi/pulumi";

import pLimit = require("p-limit");

/** Lets some hosts of a component go on at a time. */
export interface Turns {
  /** Resolves when it is a host's turn, which ends when `done` resolves. */
  take(done: Promise<void>): Promise<void>;
}

/** As many operations as the engine may run at once, where the SDK says so: the CLI's programs have it in their environment. */
const ENGINE_PARALLEL = "PULUMI_NODEJS_PARALLEL";
const UNKNOWN_PARALLEL = 8;

/**
 * The engine takes what it is told in order: where it is told of the whole fleet's applies at once, the first confirm waits
 * behind all of them, and its host may put its old rules back meanwhile. So it is told of as many hosts as it can work on,
 * and of as many again, so that it never waits for the program. A preview changes nothing, and needs no turns.
 */
export function turnsOf(): Turns {
  if (pulumi.runtime.isDryRun()) {
    return { take: async () => {} };
  }
  const parallel = Number(process.env[ENGINE_PARALLEL]);
  const limit = pLimit(2 * (Number.isInteger(parallel) && parallel > 0 ? parallel : UNKNOWN_PARALLEL));
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
