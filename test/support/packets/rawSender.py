"""Sends crafted packets from a client's network, from any address and with any TCP flags, which Node cannot.

Started as `rawSender.py SOCKET INTERFACE`. A line in, one on each connection, is the packets of one script, in order:
  {"packets": [{"from", "to", "protocol": "tcp", "port", "fromPort"?, "flags"}
    | {"from", "to", "protocol": "udp", "port", "fromPort"?, "data"?: hexadecimal}
    | {"from", "to", "protocol": "ping", "id"?, "data"?: hexadecimal}
    | {"from", "to", "protocol": "icmp", "message": hexadecimal, its checksum to be filled in}], "silence": seconds}
a line out what came back for each, when it was sent, in seconds of the monotonic clock, and how long sending took at
most: until then a packet may have been under way.
  {"answers": ["open" | "closed" | "silent"], "at": [number], "took": number}
or {"error": text}.
Packets are not held up by answers: silence is known for all of them so many seconds after the last one. Some scripts
that are sent on several connections take turns, packet by packet. The addresses need not be this machine's, so no kernel
answers for us: a SYN/ACK is reset here.
"""

import asyncio
import collections
import dataclasses
import itertools
import json
import os
import socket
import struct
import sys
import time
import typing

FLAGS = {"fin": 1, "syn": 2, "rst": 4, "psh": 8, "ack": 16, "urg": 32}
TCP, UDP, ICMP, ICMP6 = 6, 17, 1, 58
UNREACHABLE = {ICMP: 3, ICMP6: 1}
ECHO = {ICMP: 8, ICMP6: 128}
ECHO_REPLY = {ICMP: 0, ICMP6: 129}
SCRIPTS_AT_ONCE = 8
INCOMING = (socket.PACKET_HOST, socket.PACKET_OTHERHOST)


def main(socket_path: str, interface: str) -> None:
    # On one processor packets arrive in the order in which they were sent.
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    asyncio.run(serve(socket_path, interface))


async def serve(socket_path: str, interface: str) -> None:
    wire = Wire(interface)

    async def talk(reader, writer):
        line = await reader.readline()
        try:
            report = await play(wire, **json.loads(line))
        except Exception as error:
            report = {"error": repr(error)}
        writer.write(json.dumps(report).encode() + b"\n")
        await writer.drain()
        writer.close()

    asyncio.get_running_loop().add_reader(wire.sniffer, wire.hear)
    server = await asyncio.start_unix_server(talk, socket_path, limit=1 << 26, backlog=1024)
    print("ready", flush=True)
    await server.serve_forever()


async def play(wire: "Wire", packets: list, silence: float) -> dict:
    expected, at, took = [], [], 0.0
    async with wire.turns:
        for packet in packets:
            at.append(time.monotonic())
            expected.append(wire.send(packet))
            took = max(took, time.monotonic() - at[-1])
            await asyncio.sleep(0)
    deadline = time.monotonic() + silence
    while time.monotonic() < deadline and not all(one.answer for one in expected):
        await asyncio.sleep(0.005)
    wire.forget(expected)
    return {"answers": [one.answer or "silent" for one in expected], "at": at, "took": took}


@dataclasses.dataclass(eq=False)
class Expected:
    """The answer to a packet. A flow is both addresses, both ports or what names an echo, and the protocol."""

    flow: tuple
    answer: typing.Optional[str] = None


class Wire:
    """What goes out and what comes back."""

    def __init__(self, interface: str) -> None:
        self.waiting = collections.defaultdict(list)  # by flow, in the order of sending
        self.turns = asyncio.Semaphore(SCRIPTS_AT_ONCE)
        self.ports = itertools.cycle(range(1024, 65536))
        self.raw = {
            family: socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_RAW)
            for family in (socket.AF_INET, socket.AF_INET6)
        }
        for raw in self.raw.values():  # no route says where multicast goes
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode())
        self.raw[socket.AF_INET].setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        self.sniffer = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
        self.sniffer.setsockopt(socket.SOL_SOCKET, 33, 1 << 26)  # SO_RCVBUFFORCE
        self.sniffer.bind((interface, 3))
        self.sniffer.setblocking(False)

    def send(self, packet: dict) -> Expected:
        family = socket.AF_INET6 if ":" in packet["from"] else socket.AF_INET
        source, target = (socket.inet_pton(family, packet[end]) for end in ("from", "to"))
        if packet["protocol"] in ("ping", "icmp"):
            protocol = ICMP if family == socket.AF_INET else ICMP6
            message = bytes.fromhex(packet.get("message", "")) or self.echo(protocol, packet)
            expected = self.expect((source, target, message[4:8], protocol))
            self.send_ip(family, source, target, protocol, message, 2)
            return expected
        port = packet.get("fromPort") or next(self.ports)
        if packet["protocol"] == "tcp":
            flags = sum(FLAGS[flag] for flag in packet["flags"])
            expected = self.expect((source, target, port, packet["port"], TCP))
            self.send_tcp(family, source, target, port, packet["port"], 1, flags)
            return expected
        expected = self.expect((source, target, port, packet["port"], UDP))
        data = bytes.fromhex(packet.get("data", "78"))
        head = struct.pack("!HHHH", port, packet["port"], 8 + len(data), 0)
        self.send_ip(family, source, target, UDP, head + data, 6)
        return expected

    def echo(self, protocol, packet) -> bytes:
        head = struct.pack("!BBHHH", ECHO[protocol], 0, 0, packet.get("id") or next(self.ports), next(self.ports))
        return head + bytes.fromhex(packet.get("data", ""))

    def expect(self, flow: tuple) -> Expected:
        self.waiting[flow].append(Expected(flow))
        return self.waiting[flow][-1]

    def forget(self, expected: list) -> None:
        for one in expected:
            self.waiting[one.flow].remove(one)
            if not self.waiting[one.flow]:
                del self.waiting[one.flow]

    def send_tcp(self, family, source, target, port, to_port, sequence, flags):
        acknowledged = 1 if flags & FLAGS["ack"] else 0
        head = struct.pack("!HHIIBBHHH", port, to_port, sequence, acknowledged, 5 << 4, flags, 1024, 0, 0)
        self.send_ip(family, source, target, TCP, head, 16)

    def send_ip(self, family, source, target, protocol, payload, checksum_at):
        pseudo = source + target + struct.pack("!II", len(payload), protocol) if protocol != ICMP else b""
        summed = checksum(pseudo + payload).to_bytes(2, "big")
        payload = payload[:checksum_at] + summed + payload[checksum_at + 2 :]
        if family == socket.AF_INET:
            # The kernel fills in length, identification and checksum.
            head = struct.pack("!BBHHHBBH", 0x45, 0, 0, 0, 0, 64, protocol, 0) + source + target
        else:
            head = struct.pack("!IHBB", 6 << 28, len(payload), protocol, 64) + source + target
        self.raw[family].sendto(head + payload, (socket.inet_ntop(family, target), 0))

    def hear(self) -> None:
        for _ in range(64):
            try:
                data, (_, _, kind, *_) = self.sniffer.recvfrom(2048)
            except BlockingIOError:
                return
            if kind in INCOMING:
                self.understand(data)

    def understand(self, data: bytes) -> None:
        family, protocol, source, target, rest = dissect(data)
        if protocol == TCP:
            port, to_port, _, acknowledged, _, flags = struct.unpack_from("!HHIIBB", rest)
            if flags & FLAGS["rst"]:
                self.note((target, source, to_port, port, TCP), "closed")
            elif flags & FLAGS["syn"]:
                self.note((target, source, to_port, port, TCP), "open")
                self.send_tcp(family, target, source, to_port, port, acknowledged, FLAGS["rst"])
        elif protocol == UDP:
            port, to_port = struct.unpack_from("!HH", rest)
            self.note((target, source, to_port, port, UDP), "open")
        elif rest[:1] == bytes([ECHO_REPLY.get(protocol, 255)]):
            self.note((target, source, rest[4:8], protocol), "open")
        elif rest[:1] == bytes([UNREACHABLE.get(protocol, 255)]):
            _, inner, ours, theirs, quoted = dissect(rest[8:])
            self.note((ours, theirs, *struct.unpack_from("!HH", quoted), inner), "closed")

    def note(self, flow: tuple, answer: str) -> None:
        for one in self.waiting.get(flow, []):
            if one.answer is None:
                one.answer = answer
                return


def dissect(data: bytes) -> tuple:
    """Family, protocol, source, target and what follows the header; no extension headers."""
    if data[0] >> 4 == 4:
        return socket.AF_INET, data[9], data[12:16], data[16:20], data[(data[0] & 15) * 4 :]
    return socket.AF_INET6, data[6], data[8:24], data[24:40], data[40:]


def checksum(data: bytes) -> int:
    padded = data + b"\0" * (len(data) % 2)
    return 0xFFFF - int.from_bytes(padded, "big") % 0xFFFF


if __name__ == "__main__":
    main(*sys.argv[1:])
