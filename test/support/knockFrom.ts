import type { Station } from "../../lab";

/** Sends knocks, `7000,8000/udp`, in order. Where nothing answers, each gives up before it is sent a second time. */
export async function knockFrom(station: Station, address: string, sequence: string): Promise<void> {
  const packets = sequence.split(",").map((knock) => {
    const [port = "", protocol = "tcp"] = knock.split("/");
    return `timeout 0.9 bash -c '(exec 3<>/dev/${protocol}/${address}/${port} && echo >&3) 2>/dev/null'`;
  });
  await station.run(["sh", "-c", `${packets.join("; ")}; true`]);
}
