import { expect, test } from "vitest";
import { candidateOf } from "../src/media/peer.ts";

const TEXT = "candidate:1 1 udp 1 192.0.2.1 5000 typ host";

test.each([
  ["bare", { candidate: TEXT, sdpMid: "0", sdpMLineIndex: 0 }, { candidate: TEXT, sdpMid: "0", sdpMLineIndex: 0 }],
  ["named by its type", { type: "candidate", candidate: TEXT }, { candidate: TEXT, sdpMid: null, sdpMLineIndex: 0 }],
  [
    "inside another",
    { type: "candidate", candidate: { candidate: TEXT, sdpMid: "1" } },
    { candidate: TEXT, sdpMid: "1", sdpMLineIndex: null },
  ],
])("a candidate is understood %s", (_, signal, understood) => {
  expect(candidateOf(signal)).toEqual(understood);
});

test("the empty last candidate adds nothing", () => {
  expect(candidateOf({ candidate: "", sdpMid: "0" })).toBeUndefined();
  expect(candidateOf({})).toBeUndefined();
});
