import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { beforeAll, expect, test } from "vitest";
import { CATALOGUES } from "../src/words.ts";

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

const sizeOf = (path: string) => brotliCompressSync(readFileSync(join(made, path))).length;
const script = () => readFileSync(join(made, "elements.js"), "utf8");

test.each(["en", "de"])("one script tag brings everything for a page in %s in at most 60 kB", (language) => {
  const later = readdirSync(join(made, "assets"));
  const isOther = (name: string) =>
    Object.keys(CATALOGUES).some((one) => one !== language && name.startsWith(`${one}-`));
  const loaded = later.filter((name) => !isOther(name)).map((name) => `assets/${name}`);
  expect(later).toHaveLength(loaded.length + Object.keys(CATALOGUES).length - 1);
  const sizes = ["elements.js", ...loaded].map(sizeOf);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(60_000);
});

test("a page on which nobody is in a call loads little more than half of it", () => {
  expect(script()).not.toMatch(/^import/m);
  expect(script()).toContain("bedside-incoming-call");
  expect(sizeOf("elements.js")).toBeLessThan(36_000);
});

test("the colours of the elements are those of the page around", () => {
  expect(script()).toContain("light-dark(#faf9f6,#12161c)");
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
