"""Sends frames of Ethernet exactly as they are given, and says what came back, byte by byte.

Started as `rawFrames.py SOCKET INTERFACE`. A line in, one on each connection:
  {"frames": [hexadecimal], "silence": seconds}
a line out, after so many seconds without anything to send: {"heard": [hexadecimal]}.
"""

import json
import socket
import sys
import time

SO_RCVBUFFORCE = 33
INCOMING = (socket.PACKET_HOST, socket.PACKET_BROADCAST, socket.PACKET_MULTICAST, socket.PACKET_OTHERHOST)


def main(socket_path: str, interface: str) -> None:
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    wire.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 26)
    wire.bind((interface, 3))
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    server.bind(socket_path)
    server.listen()
    print("ready", flush=True)
    while True:
        connection, _ = server.accept()
        with connection, connection.makefile("rw") as lines:
            question = json.loads(lines.readline())
            heard = [frame.hex() for frame in exchange(wire, **question)]
            lines.write(json.dumps({"heard": heard}) + "\n")


def exchange(wire: socket.socket, frames: list, silence: float) -> list:
    heard = []
    for frame in frames:
        wire.send(bytes.fromhex(frame))
        heard += hear(wire, 0)
    return heard + hear(wire, silence)


def hear(wire: socket.socket, seconds: float) -> list:
    heard, deadline = [], time.monotonic() + seconds
    while True:
        wire.settimeout(max(0, deadline - time.monotonic()))
        try:
            frame, (_, _, kind, *_) = wire.recvfrom(65535)
        except (TimeoutError, BlockingIOError):
            return heard
        if kind in INCOMING:
            heard.append(frame)


if __name__ == "__main__":
    main(*sys.argv[1:])
