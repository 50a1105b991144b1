import { expect, test } from "vitest";
import { Api, type Fetch } from "../src/api.ts";
import { Refused } from "../src/problem.ts";

test("a refusal carries the code of the problem document", async () => {
  const problem = { type: "about:blank", title: "Busy", status: 409, code: "busy", detail: "taken", retryable: false };
  const api = new Api(async () => Response.json(problem, { status: 409 }));
  await expect(api.step("a1", "accept")).rejects.toMatchObject({ name: "Refused", code: "busy", message: "taken" });
});

test("an answer of a proxy in between is trouble, not a crash", async () => {
  const api = new Api(async () => new Response("<h1>Bad Gateway</h1>", { status: 502 }));
  await expect(api.step("a1", "accept")).rejects.toMatchObject({ code: "unavailable" });
});

test("no network is told apart from a refusal", async () => {
  const api = new Api(() => Promise.reject(new TypeError("Failed to fetch")));
  await expect(api.step("a1", "cancel")).rejects.toMatchObject({ code: "unreachable" });
});

test("nobody signed in is an answer, any other refusal is not", async () => {
  const answering = (code: string, status: number) => new Api(async () => Response.json({ code }, { status }));
  const { signal } = new AbortController();
  expect(await answering("unauthorized", 401).me(signal)).toBeUndefined();
  await expect(answering("rate-limited", 429).me(signal)).rejects.toBeInstanceOf(Refused);
});

test("a booking is a same-origin POST with its key, and ids are escaped in paths", async () => {
  const asked: Parameters<Fetch>[] = [];
  const api = new Api(async (path, init) => {
    asked.push([path, init]);
    return new Response(null, { status: 204 });
  });
  await api.book({ practitionerId: "d1", scheduledDate: "2026-03-03T10:00:00Z", type: "Remote" }, "k1");
  await api.step("a/../b", "accept");
  const [path, init] = asked[0] ?? [];
  expect(path).toBe("/api/appointments");
  expect(init).toMatchObject({
    method: "POST",
    credentials: "same-origin",
    headers: { "content-type": "application/json", "idempotency-key": "k1" },
  });
  expect(asked[1]?.[0]).toBe("/api/appointments/a%2F..%2Fb/accept");
});

test("a list to choose from holds every page", async () => {
  const asked: string[] = [];
  const api = new Api(async (path) => {
    asked.push(path);
    const last = path.includes("cursor=next");
    return Response.json({ items: [{ id: last ? "b" : "a" }], nextCursor: last ? null : "next" });
  });
  const all = await api.everyPractitioner(new AbortController().signal);
  expect(all.map(({ id }) => id)).toEqual(["a", "b"]);
  expect(asked).toEqual(["/api/practitioners?limit=200", "/api/practitioners?limit=200&cursor=next"]);
});
