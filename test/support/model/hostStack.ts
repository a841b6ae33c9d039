import type { Answer } from "../packets/step";
import type { Packet } from "./packet";

/** What the kernel's own TCP and UDP answer to a packet that no rule stopped. */
export function stackAnswer(packet: Packet, isListening: boolean): Answer {
  if (packet.protocol === "udp") return isListening ? "open" : "closed";
  const has = (flag: (typeof packet.flags)[number]): boolean => packet.flags.includes(flag);
  if (has("rst")) return "silent";
  if (!isListening || has("ack")) return "closed";
  return has("syn") && !has("fin") ? "open" : "silent";
}

/** What `reject` answers: as for a port on which nobody listens. */
export function closedAnswer(packet: Packet): Answer {
  return stackAnswer(packet, false);
}
