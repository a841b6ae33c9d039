import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Contender, Fleet } from "./contender";
import { nextPorts, wantedRules } from "./rules";
import { verifyPorts } from "./verify";

/** A template, a check and a load: what most roles do. */
export function ansible(fleet: Fleet): Promise<Contender> {
  return playing("ansible", "play.yaml", fleet);
}

/** With what ansible has against a lock-out. */
export function ansibleWithRollback(fleet: Fleet): Promise<Contender> {
  return playing("ansible, rollback", "playWithRollback.yaml", fleet);
}

async function playing(name: string, play: string, { lab, hosts }: Fleet): Promise<Contender> {
  const folder = join(lab.folder, play.replace(".yaml", ""));
  mkdirSync(folder, { recursive: true });
  const [inventory, rules, config] = ["hosts.ini", "rules.nft", "ansible.cfg"].map((file) =>
    join(folder, file),
  ) as [string, string, string];
  const lines = hosts.map((host) => `${host.name} ansible_host=${host.address4}`);
  writeFileSync(
    inventory,
    [
      "[all]",
      ...lines,
      "[all:vars]",
      "ansible_user=root",
      `ansible_ssh_private_key_file=${lab.privateKeyPath}`,
      "ansible_python_interpreter=/usr/bin/python3",
      "",
    ].join("\n"),
  );
  writeFileSync(
    config,
    [
      "[defaults]",
      "forks = 40",
      "host_key_checking = False",
      "[ssh_connection]",
      "pipelining = True",
      `ssh_args = -F /dev/null -o ControlMaster=auto -o ControlPersist=60s -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR`,
      `control_path_dir = ${join(folder, "cp")}`,
      "",
    ].join("\n"),
  );
  let openPorts: readonly string[] = ["80"];
  const run = async (file: string): Promise<void> => {
    await lab.operator.run(
      [
        "ansible-playbook",
        "-i",
        inventory,
        join(import.meta.dirname, "ansible", file),
        "-e",
        `rules=${rules}`,
      ],
      { cwd: folder, env: { ANSIBLE_CONFIG: config, HOME: folder, SSH_AUTH_SOCK: "" }, timeoutSeconds: 600 },
    );
  };
  const write = (): void => writeFileSync(rules, wantedRules(lab, openPorts));
  write();
  return {
    name,
    bring: () => run(play),
    change: async () => {
      openPorts = nextPorts(openPorts);
      write();
    },
    // Of the kernel it knows nothing.
    drift: async (host) => {
      await host.run("echo '# by hand' >>/etc/portknock.nft");
    },
    verify: () => verifyPorts(hosts, openPorts),
    remove: () => run("remove.yaml"),
  };
}
