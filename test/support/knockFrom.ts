import type { Station } from "../../lab";

/**
 * Sends knocks, `7000,8000/udp`, in order. Where nothing answers, each gives up after two seconds: a shell may take one to
 * start on a slow machine. A knock that is sent a second time counts once.
 */
export async function knockFrom(station: Station, address: string, sequence: string): Promise<void> {
  const packets = sequence.split(",").map((knock) => {
    const [port = "", protocol = "tcp"] = knock.split("/");
    return `timeout 2 bash -c '(exec 3<>/dev/${protocol}/${address}/${port} && echo >&3) 2>/dev/null'`;
  });
  await station.run(["sh", "-c", `${packets.join("; ")}; true`]);
}
