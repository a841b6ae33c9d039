"""How long answers take: sends the frames that it reads, one in hexadecimal a line, each after the answer to the last.

Started as `roundTrips.py INTERFACE`; prints nanoseconds, one a line, `-` where no answer came within a second. Answers
are told by the hardware address of who was asked.
"""

import socket
import sys
import time


def main(interface: str) -> None:
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    wire.bind((interface, 3))
    wire.settimeout(1)
    for frame in [bytes.fromhex(line) for line in sys.stdin]:
        start = time.monotonic_ns()
        wire.send(frame)
        try:
            while wire.recv(64)[6:12] != frame[:6]:
                pass
            print(time.monotonic_ns() - start)
        except TimeoutError:
            print("-")


if __name__ == "__main__":
    main(sys.argv[1])
