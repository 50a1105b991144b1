"""A switch between network namespaces whose lines take their time: nothing here has netem.

    distance.py NAMESPACE=ADDRESS/LENGTH=MILLISECONDS ...

Each namespace gets a device with that address. What it sends takes the time of its own line and that of the receiver's.
Says "ready", and ends with its standard input.
"""

import fcntl
import heapq
import itertools
import os
import select
import struct
import subprocess
import sys
import time

TUNSETIFF = 0x400454CA
WHOLE_FRAMES = 0x0002 | 0x1000  # IFF_TAP | IFF_NO_PI
FRAME_AT_MOST = 2048


def line(number, told):
    """A device in its namespace, and how long its line takes."""
    namespace, address, milliseconds = told.split("=")
    port = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    name = f"far{os.getpid()}x{number}"
    fcntl.ioctl(port, TUNSETIFF, struct.pack("16sH", name.encode(), WHOLE_FRAMES))
    subprocess.run(["ip", "link", "set", name, "netns", namespace], check=True)
    for command in (f"address add {address} dev {name}", f"link set {name} up", "link set lo up"):
        subprocess.run(["ip", "-n", namespace, *command.split()], check=True)
    return port, float(milliseconds) / 1000


def run(lines):
    under_way, order, places = [], itertools.count(), {}
    while True:
        wait = max(0, under_way[0][0] - time.monotonic()) if under_way else None
        ready, _, _ = select.select([*lines, sys.stdin], [], [], wait)
        if sys.stdin in ready:
            return
        for port in ready:
            frame = os.read(port, FRAME_AT_MOST)
            places[frame[6:12]] = port
            known = places.get(frame[:6])
            for to in [known] if known is not None and known != port else lines.keys() - {port}:
                due = time.monotonic() + lines[port] + lines[to]
                heapq.heappush(under_way, (due, next(order), to, frame))
        while under_way and under_way[0][0] <= time.monotonic():
            _, _, to, frame = heapq.heappop(under_way)
            os.write(to, frame)


if __name__ == "__main__":
    switch = dict(line(number, told) for number, told in enumerate(sys.argv[1:]))
    print("ready", flush=True)
    run(switch)
