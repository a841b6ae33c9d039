import type { Input } from "@pulumi/pulumi";

/** What the kernel writes to its log. A line contains the packet's addresses and ports. */
export interface LogArgs {
  /**
   * An admitted source opened a connection.
   *
   * @default true
   */
  admissions?: Input<boolean>;
  /**
   * A knock led to the next stage. For debugging only: the kernel's log line contains the packet's port, so whoever
   * reads the log learns the sequence.
   *
   * @default false
   */
  stages?: Input<boolean>;
  /**
   * Somebody who is not admitted tried a guarded port.
   *
   * @default false
   */
  refusals?: Input<boolean>;
  /**
   * Lines a minute for each service and event: 1 to 6000. More are left out.
   *
   * @default 60
   */
  linesPerMinute?: Input<number>;
}
