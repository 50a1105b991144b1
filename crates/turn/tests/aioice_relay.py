"""Two ICE agents that know nothing but their relays find each other and talk: server transport username password."""

import asyncio
import sys

import aioice


def agent(host, port, transport, username, password, controlling):
    return aioice.Connection(
        ice_controlling=controlling,
        turn_server=(host, port),
        turn_username=username,
        turn_password=password,
        turn_transport=transport,
        transport_policy=aioice.TransportPolicy.RELAY,
    )


async def main(server, transport, username, password):
    host, port = server.rsplit(":", 1)
    one = agent(host, int(port), transport, username, password, True)
    two = agent(host, int(port), transport, username, password, False)
    for here, there in ((one, two), (two, one)):
        await here.gather_candidates()
        assert [c.type for c in here.local_candidates] == ["relay"], here.local_candidates
    for here, there in ((one, two), (two, one)):
        for candidate in here.local_candidates:
            await there.add_remote_candidate(candidate)
        await there.add_remote_candidate(None)
        there.remote_username = here.local_username
        there.remote_password = here.local_password
    await asyncio.gather(one.connect(), two.connect())
    for here, there in ((one, two), (two, one)):
        await here.send(b"hello")
        assert await asyncio.wait_for(there.recv(), 10) == b"hello"
    await one.close()
    await two.close()
    print("heard through relays")


asyncio.run(main(*sys.argv[1:]))
