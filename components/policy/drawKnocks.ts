import { derive } from "../tokens/keyDerivation";
import type { Knock } from "./policy";

/** How many knocks a sequence has that a host draws. All are TCP, which every network lets out. */
export const DRAWN_KNOCKS = 4;

/**
 * The ports that are drawn: above those of the well-known services, below those that Linux takes for connections of its
 * own (net.ipv4.ip_local_port_range).
 */
export const DRAWN_PORTS = { from: 1024, to: 32_767 };

/**
 * A sequence for one host: two bytes of HKDF for each knock. Whether it may be used, the rules of validation say; where
 * they do not let it, the next attempt is another one.
 *
 * @param secret hexadecimal digits
 * @param path where the sequence is written: `services.ssh.sequence`
 * @param attempt from 0
 */
export function drawKnocks(secret: string, host: string, path: string, attempt: number): readonly Knock[] {
  const drawn = derive(secret, `portknock sequence ${host} ${path} ${attempt}`, 2 * DRAWN_KNOCKS);
  const { from, to } = DRAWN_PORTS;
  return Array.from({ length: DRAWN_KNOCKS }, (_, index) => {
    const [high = 0, low = 0] = drawn.subarray(2 * index);
    return { protocol: "tcp", port: from + ((high * 256 + low) % (to - from + 1)) };
  });
}
