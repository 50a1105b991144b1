import { expect, test } from "vitest";
import { Clinic, type HistoryWish } from "../src/clinic.ts";

const { signal } = new AbortController();

function recorded(answer: () => Response): { clinic: Clinic; asked: [string, string, unknown][] } {
  const asked: [string, string, unknown][] = [];
  const clinic = new Clinic(async (path, init) => {
    asked.push([init.method ?? "GET", path, typeof init.body === "string" ? JSON.parse(init.body) : undefined]);
    return answer();
  });
  return { clinic, asked };
}

test("the history is asked for with what was chosen, and nothing else", async () => {
  const { clinic, asked } = recorded(() => Response.json({ items: [], nextCursor: null }));
  const wish: HistoryWish = { outcome: "missed", from: "2026-03-01T00:00:00Z" };
  await clinic.calls(signal, wish);
  expect(asked).toEqual([["GET", "/api/calls?outcome=missed&from=2026-03-01T00%3A00%3A00Z", undefined]]);
});

test("a refusal without words carries none, and ids are escaped", async () => {
  const { clinic, asked } = recorded(() => Response.json({}));
  await clinic.refuse("a/1", "decline", "");
  await clinic.refuse("a/1", "cancel", "ill");
  expect(asked).toEqual([
    ["POST", "/api/appointments/a%2F1/decline", {}],
    ["POST", "/api/appointments/a%2F1/cancel", { reason: "ill" }],
  ]);
});

test("nobody signed in is an answer of its own", async () => {
  const { clinic } = recorded(() => Response.json({ code: "unauthorized" }, { status: 401 }));
  expect(await clinic.myself(signal)).toBeUndefined();
});

test("a calendar holds every page of its time", async () => {
  let page = 0;
  const { clinic, asked } = recorded(() => {
    page += 1;
    return Response.json({ items: [{ id: `a${page}` }], nextCursor: page === 1 ? "next" : null });
  });
  const all = await clinic.appointmentsBetween("f", "t", signal);
  expect(all.map(({ id }) => id)).toEqual(["a1", "a2"]);
  expect(asked[1]?.[1]).toBe("/api/appointments?from=f&to=t&limit=200&cursor=next");
});
