"""Started in a guest's network: repeats what it hears on each `port/protocol` that it is given."""

import asyncio
import socket
import sys


class Echo(asyncio.DatagramProtocol):
    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, address):
        self.transport.sendto(data, address)


async def talk(reader, writer):
    try:
        while data := await reader.read(4096):
            writer.write(data)
    except ConnectionError:
        pass
    writer.close()


async def main(ports):
    loop = asyncio.get_running_loop()
    for port, protocol in (text.split("/") for text in ports):
        for family, address in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
            if protocol == "tcp":
                await asyncio.start_server(talk, address, int(port), family=family)
            else:
                heard = socket.socket(family, socket.SOCK_DGRAM)
                if family == socket.AF_INET6:
                    heard.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                heard.bind((address, int(port)))
                heard.setblocking(False)
                await loop.create_datagram_endpoint(Echo, sock=heard)
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
