"""A proxy that leads connections to whoever is ready, and never tries anything twice."""

import asyncio
import contextlib
import threading

from tests.live.server import free_port, wait_until

LOOK_SECONDS = 0.1


class Proxy:
    """Passes bytes on between clients and the servers at `ports`."""

    def __init__(self):
        self.port = free_port()
        self.ports = []
        self.ready = []
        self.taken = 0
        self.is_over = False

    async def run(self):
        async with await asyncio.start_server(self.lead, "127.0.0.1", self.port, backlog=1000):
            while not self.is_over:
                self.ready = [port for port in self.ports if await is_ready(port)]
                await asyncio.sleep(LOOK_SECONDS)

    async def lead(self, reader, writer):
        self.taken += 1
        port = self.ready[self.taken % len(self.ready)]
        try:
            there, back = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            writer.transport.abort()
            return
        await asyncio.gather(passing(reader, back), passing(there, writer))

    def lead_to(self, *ports):
        """Lead to these, all of which are ready soon."""
        self.ports = list(ports)
        wait_until(lambda: set(self.ready) == set(ports))


async def passing(reader, writer):
    with contextlib.suppress(OSError):
        while content := await reader.read(65_536):
            writer.write(content)
            await writer.drain()
    with contextlib.suppress(OSError):
        writer.close()


async def is_ready(port):
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        said = await reader.read()
        writer.close()
    except OSError:
        return False
    return said.startswith(b"HTTP/1.1 200")


@contextlib.contextmanager
def proxying():
    proxy = Proxy()
    thread = threading.Thread(target=asyncio.run, args=(proxy.run(),))
    thread.start()
    try:
        yield proxy
    finally:
        proxy.is_over = True
        thread.join()
