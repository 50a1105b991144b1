import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { beforeAll, expect, test } from "vitest";

const ELEMENTS = new URL("..", import.meta.url).pathname;
const MODULES = join(ELEMENTS, "../../node_modules");
const CONSUMER = `
import { type CallAnswered, connect, IncomingCall } from "@bedside/elements";
const one = new IncomingCall();
one.fetchToken = async () => "a token";
one.addEventListener("call-answered", (event) => (event as CustomEvent<CallAnswered>).detail.roomId.length);
connect({ signal: new AbortController().signal }).state.value.rings[0]?.callerName.length;
// @ts-expect-error: a ring has a caller
one.rings = [{ callId: "c1" }];
`;
let folder: string;
let made: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bedside-elements-"));
  made = join(folder, "node_modules/@bedside/elements");
  const env = { ...process.env, NODE_ENV: "production" };
  execFileSync("node", [join(ELEMENTS, "pack.mjs"), made], { env, stdio: "ignore" });
  return () => rmSync(folder, { recursive: true });
}, 60_000);

test("one script tag brings the elements and the SDK in at most 60 kB, and a call in 40 more when there is one", () => {
  const sizeOf = (path: string) => brotliCompressSync(readFileSync(join(made, path))).length;
  const script = readFileSync(join(made, "elements.js"), "utf8");
  expect(script).not.toMatch(/^import/m);
  expect(script).toContain("bedside-incoming-call");
  expect(sizeOf("elements.js")).toBeLessThan(60_000);
  const later = readdirSync(join(made, "assets")).map((name) => sizeOf(`assets/${name}`));
  expect(later.reduce((sum, size) => sum + size, 0)).toBeLessThan(40_000);
});

test("the npm package has types of its own", { timeout: 60_000 }, () => {
  symlinkSync(join(MODULES, "lit"), join(folder, "node_modules/lit"));
  writeFileSync(join(folder, "consumer.ts"), CONSUMER);
  const flags = [
    "--noEmit",
    "--strict",
    "--module",
    "nodenext",
    "--target",
    "es2022",
    "--lib",
    "ES2023,DOM,DOM.Iterable",
  ];
  const check = () =>
    execFileSync(join(MODULES, ".bin/tsc"), [...flags, "--types", "", "consumer.ts"], { cwd: folder });
  expect(check).not.toThrow();
});

test("npm packs it", { timeout: 60_000 }, () => {
  const [packed] = JSON.parse(execFileSync("npm", ["pack", "--dry-run", "--json"], { cwd: made, encoding: "utf8" }));
  const files = packed.files.map(({ path }: { path: string }) => path);
  expect(files).toEqual(expect.arrayContaining(["elements.js", "package.json", "README.md"]));
  expect(files).toContain("types/elements/src/index.d.ts");
});
