import type { Load } from "./system";

export function loadWithNft(text: string): Load {
  return async (track) => {
    await track.runOnHost(["nft", "-f", "-"], { input: text, timeoutSeconds: 600 });
    return undefined;
  };
}
