import * as pulumi from "@pulumi/pulumi";
import { promiseOf } from "../outputs/ifKnown";

const EVERY_MILLISECONDS = 5_000;

/**
 * Shows beside a resource how much of something is done, as long as that takes: `asked 120 of 1000 hosts`. It is no part
 * of what remains to be read at the end.
 */
export function showProgress(
  resource: pulumi.Resource,
  tasks: readonly Promise<unknown>[],
  words: (done: number, all: number) => string,
): void {
  if (tasks.length === 0) {
    return;
  }
  let done = 0;
  const settle = (): void => {
    done += 1;
    if (done === tasks.length) clearInterval(timer);
  };
  const timer = setInterval(() => {
    void promiseOf(resource.urn).then(
      () => pulumi.log.info(words(done, tasks.length), resource, undefined, true),
      () => {},
    );
  }, EVERY_MILLISECONDS).unref();
  for (const task of tasks) {
    task.then(settle, settle);
  }
}
