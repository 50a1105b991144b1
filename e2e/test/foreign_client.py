"""A whole call between two people who use python-socketio: `foreign_client.py URL TRANSPORTS`.

TRANSPORTS is `websocket`, `polling` or both with a comma between. Tokens come in the environment. What goes wrong is an
exception, and so an exit status.
"""

import asyncio
import os
import sys

import socketio

NAMESPACE = "/video-call"
PATIENCE = 8


class Line:
    """Somebody at a connection, who remembers what they heard."""

    def __init__(self):
        self.socket = socketio.AsyncClient(reconnection=False)
        self.heard = asyncio.Queue()
        self.socket.on("*", self.hear, namespace=NAMESPACE)

    async def hear(self, event, payload):
        self.heard.put_nowait((event, payload))
        return {"ok": True}  # The acknowledgement, where one is asked for.

    async def come(self, url, token, transports):
        await self.socket.connect(url, auth={"token": token}, namespaces=[NAMESPACE], transports=transports)
        assert self.socket.transport() == transports[-1], self.socket.transport()
        await self.until("sync")

    async def until(self, event):
        while True:
            heard, payload = await asyncio.wait_for(self.heard.get(), PATIENCE)
            if heard == event:
                return payload

    async def does(self, event, **payload):
        answer = await self.socket.call(event, payload, namespace=NAMESPACE, timeout=PATIENCE)
        assert answer["ok"], (event, answer)
        return answer


async def whole_call(ada, jane):
    rung = await ada.does("request-video-call", doctorId="jane", reason="rash", requestId="first")
    assert await ada.does("request-video-call", doctorId="jane", reason="rash", requestId="first") == rung
    call, room = rung["callId"], rung["roomId"]
    ring = await jane.until("incoming-video-call")
    assert (ring["callId"], ring["callerName"], ring["reason"]) == (call, "Ada Patient", "rash"), ring
    assert (await ada.until("call-ringing"))["callId"] == call
    await jane.does("accept-video-call", callId=call)
    assert (await ada.until("call-accepted"))["acceptedBy"] == "jane"

    await jane.does("join-room", roomId=room)
    await jane.until("joined-room")
    await ada.does("join-room", roomId=room)
    joined = await ada.until("joined-room")
    assert sorted(one["userId"] for one in joined["participants"]) == ["ada", "jane"], joined
    await jane.until("user-joined")

    for here, there, user in [(jane, ada, "jane"), (ada, jane, "ada")]:
        signals = [{"type": "offer", "sdp": "v=0"}] + [{"candidate": f"candidate:{n}"} for n in range(20)]
        for signal in signals:
            assert (await here.does("webrtc-signal", roomId=room, signal=signal))["forwarded"] == 1
        for signal in signals:
            assert await there.until("webrtc-signal") == {"roomId": room, "userId": user, "signal": signal}

    await ada.does("chat-message", roomId=room, text="Grüß Gott", requestId="m1")
    for line in (ada, jane):
        message = await line.until("chat-message")
        assert (message["userId"], message["text"]) == ("ada", "Grüß Gott"), message

    await jane.does("end-call", roomId=room)
    for line in (ada, jane):
        ended = await line.until("call-ended")
        assert (ended["callId"], ended["endedBy"], ended["reason"]) == (call, "jane", "completed"), ended


async def main(url, transports):
    ada, jane = Line(), Line()
    await jane.come(url, os.environ["JANE"], transports)
    await ada.come(url, os.environ["ADA"], transports)
    await whole_call(ada, jane)
    for line in (ada, jane):
        await line.socket.disconnect()


async def refused(url):
    stranger = socketio.AsyncClient(reconnection=False)
    told = asyncio.get_running_loop().create_future()
    stranger.on("connect_error", told.set_result, namespace=NAMESPACE)
    try:
        await stranger.connect(url, auth={"token": "nobody"}, namespaces=[NAMESPACE])
    except socketio.exceptions.ConnectionError:
        assert (await told)["message"].startswith("unauthorized: "), told
    else:
        raise AssertionError("a stranger got in")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2].split(",")))
    asyncio.run(refused(sys.argv[1]))
