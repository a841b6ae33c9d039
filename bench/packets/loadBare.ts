import type { Track } from "./track";

/** The least that a host firewall is: what every ratio is measured against. */
const BARE = `table inet bare {
	chain input {
		type filter hook input priority filter; policy drop;
		ct state established,related accept
		iif lo accept
	}
}
`;

export async function loadBare(track: Track): Promise<void> {
  await track.runOnHost(["nft", "-f", "-"], { input: BARE });
}
