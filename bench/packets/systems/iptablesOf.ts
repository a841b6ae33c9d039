import type { Track } from "../track";

/** The iptables that the kernel has: with its own rules, or else the one that writes nftables rules. */
export async function iptablesOf(track: Track): Promise<"iptables-legacy" | "iptables-nft"> {
  const { exitCode } = await track.runOnHost(["iptables-legacy", "-S"], { check: false });
  return exitCode === 0 ? "iptables-legacy" : "iptables-nft";
}
