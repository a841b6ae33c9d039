import * as pulumi from "@pulumi/pulumi";
import { SupportsFeatureRequest } from "@pulumi/pulumi/proto/resource_pb";
import { promiseOf } from "../outputs/ifKnown";
import { programKind } from "./programKind";

/** How long an inline program that has failed may take to end by itself. */
const PATIENCE_MILLISECONDS = 5_000;

/**
 * Where the value fails, an inline program fails with it, in bounded time. The CLI's programs and component hosts do
 * so by themselves. An inline one tells the engine that it is done, whatever was thrown in it (3.187 to 3.276), and
 * the engine deletes what such a program did not register: all that guards the hosts. So the call that says so throws
 * what failed.
 *
 * @param component who fails
 */
export function failsProgram(component: pulumi.Resource, name: string, value: pulumi.Output<unknown>): void {
  const monitor = pulumi.runtime.getMonitor();
  if (programKind() !== "inline" || monitor === undefined) {
    return;
  }
  // The program does not end before this is known.
  const done = pulumi.runtime.rpcKeepAlive();
  promiseOf(value).then(done, (error: unknown) => {
    const isHung = (): void => {
      monitor.supportsFeature(new SupportsFeatureRequest(), (gone) => {
        if (gone === null) {
          stopEngine(component, name);
        }
      });
    };
    const timer = setTimeout(isHung, PATIENCE_MILLISECONDS).unref();
    const signalAndWaitForShutdown = (): never => {
      clearTimeout(timer);
      throw error;
    };
    Object.assign(monitor, { signalAndWaitForShutdown });
    done();
  });
}

/**
 * A resource that waits for what is never registered keeps an inline program from ending (3.187 to 3.276), and only
 * the engine can end it then: on a step that fails, as that of a resource whose hook throws.
 */
function stopEngine(parent: pulumi.Resource, name: string): void {
  const refuse = (): never => {
    throw new Error("the program waited for something that had failed, and was stopped");
  };
  new pulumi.ComponentResource(
    "pulumi-portknock:index:Stop",
    name,
    {},
    { parent, hooks: { beforeCreate: [new pulumi.ResourceHook(name, refuse, { onDryRun: true })] } },
  );
}
