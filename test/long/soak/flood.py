"""Sends SYNs and datagrams with forged sources to guarded and to random ports: `flood.py RATE SECONDS PERCENT ADDRESS…`.

So many packets a second for so long, so many of a hundred to guarded ports, to each address in turn.
"""

import random
import socket
import struct
import sys
import time

GUARDED_TCP, GUARDED_UDP = (22, 2222), (2222,)
TCP, UDP = 6, 17
TICK = 0.01


def main(rate: str, seconds: str, percent: str, *targets: str) -> None:
    raw = {
        family: socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_RAW)
        for family in (socket.AF_INET, socket.AF_INET6)
    }
    due, start = 0.0, time.monotonic()
    last = start
    while (now := time.monotonic()) < start + float(seconds):
        # What was missed while others had the processor is not made up for.
        due += min(now - last, 2 * TICK) * float(rate)
        last = now
        while due >= 1:
            due -= 1
            protocol = random.choice((TCP, UDP))
            is_guarded = random.random() * 100 < float(percent)
            guarded = GUARDED_TCP if protocol == TCP else GUARDED_UDP
            port = random.choice(guarded) if is_guarded else random.randrange(1, 65536)
            send(raw, random.choice(targets), protocol, port)
        time.sleep(TICK)


def send(raw: dict, target: str, protocol: int, port: int) -> None:
    is_v6 = ":" in target
    family = socket.AF_INET6 if is_v6 else socket.AF_INET
    to = socket.inet_pton(family, target)
    some = random.getrandbits(22)
    if is_v6:
        source = bytes.fromhex("fd78") + bytes(10) + struct.pack("!I", some)
    else:
        source = struct.pack("!I", (10 << 24) + (128 << 16) + some)
    from_port = random.randrange(1024, 65536)
    if protocol == TCP:
        head = struct.pack("!HHIIBBHHH", from_port, port, some, 0, 5 << 4, 2, 1024, 0, 0)
        payload = summed(source, to, TCP, head, 16)
    else:
        payload = summed(source, to, UDP, struct.pack("!HHHH", from_port, port, 9, 0) + b"x", 6)
    if is_v6:
        head = struct.pack("!IHBB", 6 << 28, len(payload), protocol, 64)
    else:
        head = struct.pack("!BBHHHBBH", 0x45, 0, 0, 0, 0, 64, protocol, 0)
    try:
        raw[family].sendto(head + source + to + payload, (target, 0))
    except OSError:
        pass  # Its queue is full.


def summed(source: bytes, to: bytes, protocol: int, payload: bytes, at: int) -> bytes:
    data = source + to + struct.pack("!II", len(payload), protocol) + payload
    total = 0xFFFF - int.from_bytes(data + b"\0" * (len(data) % 2), "big") % 0xFFFF
    return payload[:at] + struct.pack("!H", total) + payload[at + 2 :]


if __name__ == "__main__":
    main(*sys.argv[1:])
