"""Sends datagrams, whose payloads it reads, one in hexadecimal a line.

Started as `datagrams.py ADDRESS PORT [CPU START STEP]`: with the last three on one processor, the first at START seconds of
the monotonic clock, which all processes of a machine share, and each STEP seconds after the one before, to the
microsecond. Prints how many it sent.
"""

import os
import socket
import sys
import time


def main(address: str, port: str, cpu: str = "", start: str = "0", step: str = "0") -> None:
    payloads = [bytes.fromhex(line) for line in sys.stdin]
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    if cpu:
        os.sched_setaffinity(0, {int(cpu)})
    with socket.socket(family, socket.SOCK_DGRAM) as sender:
        for index, payload in enumerate(payloads):
            while time.monotonic() < float(start) + index * float(step):
                pass
            sender.sendto(payload, (address, int(port)))
    print(len(payloads))


if __name__ == "__main__":
    main(*sys.argv[1:])
