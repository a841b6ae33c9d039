import { connect } from "node:net";
import type { Target } from "./knock";

/** What a connection attempt meets: a server, a refusal, nothing, or that there is no way. */
export type Meets = "open" | "refused" | "silent" | "unreachable";

/** Longer than it takes until a SYN that was lost is sent again. */
const LOOK_MILLISECONDS = 2500;

/** Looks at a port from outside, with one connection that is ended again. */
export function lookAt({ address, family }: Target, port: number): Promise<Meets> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, family });
    const settle = (meets: Meets) => () => {
      clearTimeout(timer);
      socket.destroy();
      resolve(meets);
    };
    const timer = setTimeout(settle("silent"), LOOK_MILLISECONDS);
    socket.once("connect", settle("open"));
    socket.once("error", ({ code = "" }: NodeJS.ErrnoException) =>
      settle(code === "ECONNREFUSED" || code === "ECONNRESET" ? "refused" : "unreachable")(),
    );
  });
}
