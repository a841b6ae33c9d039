"""Sends the frames that it reads, one in hexadecimal a line, over and over at a rate.

Started as `floodFrames.py INTERFACE RATE SECONDS`; prints `sent COUNT in SECONDS` when the time is over, or when it is
told to end.
"""

import signal
import socket
import sys
import time


def main(interface: str, rate: float, seconds: float) -> None:
    frames = [bytes.fromhex(line) for line in sys.stdin]
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    wire.bind((interface, 0))
    told = []
    signal.signal(signal.SIGTERM, lambda *_: told.append(True))
    print("ready", flush=True)
    start, sent = time.monotonic(), 0
    while not told and (passed := time.monotonic() - start) < seconds:
        due = int(passed * rate) + 1
        if sent == due:
            time.sleep(min(0.001, 1 / rate))
        while sent < due:
            wire.send(frames[sent % len(frames)])
            sent += 1
    print(f"sent {sent} in {time.monotonic() - start:.1f}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), float(sys.argv[3]))
