"""A call between two of aiortc's peers that may use nothing but one relay: `relayed_call.py URL`.

The user name and the password come in the environment. What goes wrong is an exception, and so an exit status.
"""

import asyncio
import os
import sys

from aiortc import RTCConfiguration, RTCIceServer, RTCIceTransportPolicy, RTCPeerConnection
from aiortc.mediastreams import AudioStreamTrack, VideoStreamTrack

PATIENCE = 15
WORDS = "through the relay"


class Peer:
    """One side, with a picture, a sound and words, and what it gets of the other's."""

    def __init__(self, relay):
        relayed = RTCConfiguration(iceServers=[relay], iceTransportPolicy=RTCIceTransportPolicy.RELAY)
        self.connection = RTCPeerConnection(relayed)
        self.frames = {"audio": asyncio.Event(), "video": asyncio.Event()}
        self.watching = []
        self.heard = asyncio.get_running_loop().create_future()
        self.connection.on("track", self.watch)
        for track in (AudioStreamTrack(), VideoStreamTrack()):
            self.connection.addTrack(track)
        channel = self.connection.createDataChannel("words", negotiated=True, id=0)
        channel.on("open", lambda: channel.send(WORDS))
        channel.on("message", self.heard.set_result)

    def watch(self, track):
        async def first():
            await track.recv()
            self.frames[track.kind].set()

        self.watching.append(asyncio.ensure_future(first()))

    async def describe(self, description):
        """As it is sent: aiortc has found all its candidates by then."""
        await self.connection.setLocalDescription(description)
        mine = self.connection.localDescription
        kinds = {line.split(" typ ")[1].split()[0] for line in mine.sdp.splitlines() if line.startswith("a=candidate:")}
        assert kinds == {"relay"}, mine.sdp
        return mine

    async def gets_everything(self):
        await asyncio.gather(*(frame.wait() for frame in self.frames.values()))
        assert await self.heard == WORDS


async def main(url):
    relay = RTCIceServer(urls=[url], username=os.environ["USERNAME"], credential=os.environ["PASSWORD"])
    caller, callee = Peer(relay), Peer(relay)
    await callee.connection.setRemoteDescription(await caller.describe(await caller.connection.createOffer()))
    await caller.connection.setRemoteDescription(await callee.describe(await callee.connection.createAnswer()))
    await asyncio.wait_for(asyncio.gather(caller.gets_everything(), callee.gets_everything()), PATIENCE)
    await asyncio.gather(caller.connection.close(), callee.connection.close())


asyncio.run(main(*sys.argv[1:]))
