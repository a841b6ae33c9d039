"""Sends datagrams, whose payloads it reads, one in hexadecimal a line, perhaps with an address of its own behind it.

Started as `datagrams.py ADDRESS PORT [CPU START STEP]`: with the last three on one processor, the first at START seconds of
the monotonic clock, which all processes of a machine share, and each STEP seconds after the one before, to the
microsecond. Prints how many it sent.
"""

import os
import socket
import sys
import time


def main(address: str, port: str, cpu: str = "", start: str = "0", step: str = "0") -> None:
    lines = [line.split() for line in sys.stdin]
    datagrams = [(bytes.fromhex(line[0]), (line + [address])[1]) for line in lines]
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    if cpu:
        os.sched_setaffinity(0, {int(cpu)})
    with socket.socket(family, socket.SOCK_DGRAM) as sender:
        for index, (payload, to) in enumerate(datagrams):
            while time.monotonic() < float(start) + index * float(step):
                pass
            sender.sendto(payload, (to, int(port)))
    print(len(datagrams))


if __name__ == "__main__":
    main(*sys.argv[1:])
