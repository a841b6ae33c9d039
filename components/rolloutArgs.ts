import type { Input } from "@pulumi/pulumi";

/** In which order an update touches the hosts. Without it, as many at a time as the engine works on at once. */
export interface RolloutArgs {
  /**
   * The names of hosts that are touched first. Where one of them is not confirmed, no other host is touched.
   *
   * @default none
   */
  canaries?: Input<Input<string>[]>;
  /**
   * How many of the other hosts make a wave, in the order in which the program names them: 1 to 10000. A wave begins when all
   * hosts before it are confirmed.
   *
   * @default all of them
   */
  batch?: Input<number>;
}
