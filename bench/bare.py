"""The least a fan-out can be: a websockets server that broadcasts one frame when told to.

`python -m bench.bare SIZE` prints its address, welcomes whoever says hello, and sends a frame of
SIZE bytes to all for every line on its standard input; it ends with the input.
"""

import asyncio
import sys

from websockets.asyncio.server import ServerConnection, broadcast, serve


async def main(size: int) -> None:
    """Serve until standard input ends."""
    connections: set[ServerConnection] = set()

    async def talk(connection: ServerConnection) -> None:
        await connection.recv()
        await connection.send('{"type":"welcome"}')
        connections.add(connection)
        await connection.wait_closed()
        connections.discard(connection)

    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    server = await serve(talk, "127.0.0.1", 0, compression=None, ping_interval=None)
    host, port = next(iter(server.sockets)).getsockname()[:2]
    print(f"{host}:{port}", flush=True)
    message = '{"type":"view","x":"'.ljust(size - 2, "x") + '"}'
    while await reader.readline():
        broadcast(connections, message)
    server.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
