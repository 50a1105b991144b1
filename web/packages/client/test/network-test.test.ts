import { expect, test } from "vitest";
import { serversFor, testNetwork, verdictOf, type WayResult } from "../src/media/network-test.ts";

test.each<["works" | "fails", WayResult, WayResult, WayResult, string]>([
  ["works", "works", "works", "works", "good"],
  ["works", "works", "absent", "absent", "good"],
  ["works", "fails", "works", "absent", "narrow"],
  ["works", "fails", "fails", "works", "narrow"],
  ["works", "fails", "fails", "absent", "blocked"],
  ["works", "absent", "absent", "absent", "unknown"],
  ["fails", "works", "works", "works", "no-calls"],
])("browser %s, udp %s, tcp %s, tls %s: %s", (browser, udp, tcp, tls, verdict) => {
  expect(verdictOf(browser, { udp, tcp, tls })).toBe(verdict);
});

test("each way tries the addresses of its kind alone", () => {
  const urls = ["stun:h:1", "turn:h:1", "turn:h:1?transport=udp", "turn:h:1?transport=tcp", "turns:h:2?transport=tcp"];
  const servers = [{ urls, username: "u", credential: "c" }, { urls: ["stun:h:1"] }];
  const tried = (way: "udp" | "tcp" | "tls") => serversFor(servers, way).map((one) => one.urls);
  expect([tried("udp"), tried("tcp"), tried("tls")]).toEqual([[[urls[1], urls[2]]], [[urls[3]]], [[urls[4]]]]);
  expect(serversFor(servers, "udp")[0]?.username).toBe("u");
});

test("a browser without calls is told so at once", async () => {
  const report = await testNetwork([{ urls: ["turn:h:1"] }], { signal: new AbortController().signal });
  expect(report).toMatchObject({ browser: "fails", verdict: "no-calls" });
});
