"""Runs in a guest and does what it is told over a port that is no network, so that no firewall matters.

A line in is {"id", "script", "input", "seconds"}: a shell script to run as root, or {"id", "socket", "line"}: a line for
whoever listens on a socket of the file system. A line out is {"id", "exitCode", "stdout", "stderr", "started", "ended"},
or {"id", "line"}; times are seconds of the monotonic clock. The first line out is {"boot": the id of this boot}.
"""

import glob
import json
import os
import pathlib
import socket
import subprocess
import threading
import time


def main() -> None:
    port = open(find_port(), "r+b", buffering=0)
    lock = threading.Lock()

    def answer(message: dict) -> None:
        data = memoryview(json.dumps(message).encode() + b"\n")
        with lock:
            while data:
                data = data[port.write(data) :]

    def work(request: dict) -> None:
        try:
            report = ask(request) if "socket" in request else run(request)
        except Exception as error:
            report = {"exitCode": 255, "stdout": "", "stderr": repr(error), "started": 0, "ended": 0}
        answer({"id": request["id"], **report})

    answer({"boot": pathlib.Path("/proc/sys/kernel/random/boot_id").read_text().strip()})
    rest = b""
    while True:
        # Without somebody at its other end a port reads as empty.
        data = port.read(65536)
        if not data:
            time.sleep(0.05)
            continue
        *lines, rest = (rest + data).split(b"\n")
        for line in lines:
            threading.Thread(target=work, args=(json.loads(line),), daemon=True).start()


def find_port() -> str:
    while True:
        for name in glob.glob("/sys/class/virtio-ports/*/name"):
            if pathlib.Path(name).read_text().strip() == "agent":
                return "/dev/" + pathlib.Path(name).parent.name
        time.sleep(0.2)


def run(request: dict) -> dict:
    started = time.monotonic()
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": "C.UTF-8"}
    command = ["timeout", "--signal=KILL", str(request["seconds"]), "sh", "-c", request["script"]]
    ended = subprocess.run(command, input=request["input"].encode(), capture_output=True, env=environment, cwd="/")
    return {
        "exitCode": ended.returncode,
        "stdout": ended.stdout.decode(errors="replace"),
        "stderr": ended.stderr.decode(errors="replace"),
        "started": started,
        "ended": time.monotonic(),
    }


def ask(request: dict) -> dict:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(request["socket"])
        connection.sendall(request["line"].encode() + b"\n")
        with connection.makefile("rb") as lines:
            return {"line": lines.readline().decode()}


if __name__ == "__main__":
    os.umask(0o022)
    main()
