import { expect, test } from "vitest";
import type { Signal } from "../src/heard.ts";
import { hashOf, type Verification, Verifier } from "../src/media/verify.ts";

const [ADA, JANE, MALLORY] = ["sha-256 aa:01", "sha-256 bb:02", "sha-256 cc:03"];

/** Someone whose certificate is `own` and whose line leads to one with `other`. */
function side(own: string, other: string, say: (signal: Signal) => void): Verifier {
  return new Verifier(() => ({ own, other }), say);
}

/** Once nothing more is said. */
function settled(verifier: Verifier): Promise<Verification> {
  return new Promise((resolve) => {
    const { signal } = new AbortController();
    verifier.state.watch((state) => state.state !== "pending" && resolve(state), signal);
  });
}

/** Two whose signals pass through `between`, which may change them or leave them out. */
async function talk(
  between: (signal: Signal, from: "ada" | "jane") => Signal | Promise<Signal>,
): Promise<Verification[]> {
  const ada: Verifier = side(ADA, JANE, async (signal) => jane.take(await between(signal, "ada")));
  const jane: Verifier = side(JANE, ADA, async (signal) => ada.take(await between(signal, "jane")));
  ada.begin();
  jane.begin();
  return Promise.all([settled(ada), settled(jane)]);
}

test("both see the same seven digits, other ones each time", async () => {
  const codes = new Set<string>();
  for (let n = 0; n < 3; n += 1) {
    const [ada, jane] = await talk((signal) => signal);
    if (ada?.state !== "code" || jane?.state !== "code") throw new Error(`${ada?.state}, ${jane?.state}`);
    expect(ada.code).toMatch(/^\d{7}$/);
    expect(jane.code).toBe(ada.code);
    codes.add(ada.code);
  }
  expect(codes.size).toBeGreaterThan(1);
});

test("it does not matter who begins, or how much later the other does", async () => {
  const ada: Verifier = side(ADA, JANE, (signal) => jane.take(signal));
  const jane: Verifier = side(JANE, ADA, (signal) => ada.take(signal));
  ada.begin();
  await new Promise((resolve) => setImmediate(resolve));
  expect(jane.state.value.state).toBe("pending");
  jane.begin();
  expect(await settled(ada)).toEqual(await settled(jane));
});

test("what is lost on the way is said again, and then both see the code", async () => {
  let isDown = true;
  const ada: Verifier = side(ADA, JANE, (signal) => isDown || jane.take(signal));
  const jane: Verifier = side(JANE, ADA, (signal) => isDown || ada.take(signal));
  ada.begin();
  jane.begin();
  ada.repeat();
  await new Promise((resolve) => setImmediate(resolve));
  isDown = false;
  jane.repeat();
  ada.repeat();
  jane.repeat();
  expect(await settled(ada)).toEqual(await settled(jane));
});

test("nobody opens before they have the other's hash", async () => {
  const said: string[] = [];
  const ada = side(ADA, JANE, (signal) => said.push(signal.type ?? ""));
  ada.begin();
  await expect.poll(() => said).toEqual(["verify-commit"]);
  ada.take({ type: "verify-commit", hash: "x" });
  await expect.poll(() => said).toEqual(["verify-commit", "verify-open"]);
});

test("a man in the middle with lines of his own to both is given away by the codes", async () => {
  // He has a certificate towards each, and plays the protocol to the letter on both lines.
  const ada: Verifier = side(ADA, MALLORY, (signal) => towardsAda.take(signal));
  const towardsAda: Verifier = side(MALLORY, ADA, (signal) => ada.take(signal));
  const jane: Verifier = side(JANE, MALLORY, (signal) => towardsJane.take(signal));
  const towardsJane: Verifier = side(MALLORY, JANE, (signal) => jane.take(signal));
  for (const one of [ada, towardsAda, jane, towardsJane]) one.begin();
  const [his, hers] = await Promise.all([settled(ada), settled(jane)]);
  expect([his.state, hers.state]).toEqual(["code", "code"]);
  expect(his).not.toEqual(hers);
});

test("a man in the middle who passes on what the two say to each other is found out", async () => {
  // The lines lead to him, and what is said over the server names the certificates of the two.
  const ada: Verifier = side(ADA, MALLORY, (signal) => jane.take(signal));
  const jane: Verifier = side(JANE, MALLORY, (signal) => ada.take(signal));
  ada.begin();
  jane.begin();
  expect(await Promise.all([settled(ada), settled(jane)])).toEqual([{ state: "broken" }, { state: "broken" }]);
});

test("a fingerprint that was swapped on the way is found out", async () => {
  const [ada, jane] = await talk((signal, from) => {
    return signal.type === "verify-open" && from === "jane" ? { ...signal, fingerprint: MALLORY } : signal;
  });
  expect(ada).toEqual({ state: "broken" });
  expect(jane?.state).toBe("code");
});

test("nobody can choose a value after having seen the other's", async () => {
  const chosen = { value: "00", fingerprint: JANE };
  const [ada] = await talk((signal, from) =>
    signal.type === "verify-open" && from === "jane" ? { ...signal, ...chosen } : signal,
  );
  expect(ada).toEqual({ state: "broken" });
  // The first hash binds, also if a better one comes later.
  const late = side(ADA, JANE, () => undefined);
  late.begin();
  late.take({ type: "verify-commit", hash: "x" });
  late.take({ type: "verify-commit", hash: await hashOf(chosen) });
  late.take({ type: "verify-open", ...chosen });
  expect(await settled(late)).toEqual({ state: "broken" });
});

test("whoever opens without having bound themselves is found out", async () => {
  const ada = side(ADA, JANE, () => undefined);
  ada.begin();
  ada.take({ type: "verify-open", value: "00", fingerprint: JANE });
  expect(await settled(ada)).toEqual({ state: "broken" });
});
