// Makes the npm package, ready for `npm pack dist` or `npm publish dist`: one script with everything in it, and its types.

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const HERE = import.meta.dirname;
const out = process.argv[2] ?? join(HERE, "dist");
const TYPES = join(out, "types");
const run = (...command) => execFileSync("npx", command, { cwd: HERE, stdio: "inherit" });

rmSync(out, { recursive: true, force: true });
run("vite", "build", "--outDir", out, "--logLevel", "warn");
run("tsc", "--project", "tsconfig.types.json", "--outDir", TYPES);
for (const path of readdirSync(TYPES, { recursive: true })) if (path.endsWith(".d.ts")) own(join(TYPES, path));

rmSync(join(out, "embed.html"));
rmSync(join(out, "embed.js"));
const { name, version, license, dependencies } = JSON.parse(readFileSync(join(HERE, "package.json"), "utf8"));
const description = "Web components for video calls with a clinic, for a Bedside server.";
const types = "./types/elements/src/index.d.ts";
const manifest = {
  ...{ name, version, description, license, type: "module", sideEffects: true },
  exports: { ".": { types, default: "./elements.js" } },
  files: ["*.js", "assets", "types", "README.md"],
  // For the types alone; the script has it inside.
  dependencies: { lit: dependencies.lit },
};
writeFileSync(join(out, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
writeFileSync(join(out, "README.md"), readFileSync(join(HERE, "README.md")));

/** Our other packages are not published: their types are beside these. */
function own(path) {
  const to = (sibling) => {
    const target = relative(dirname(path), join(TYPES, sibling, "src/index.js"));
    return target.startsWith(".") ? target : `./${target}`;
  };
  const text = readFileSync(path, "utf8")
    .replace(/"@bedside\/(client|protocol)"/g, (_, sibling) => `"${to(sibling)}"`)
    .replace(/(from |import\()"(\.[^"]*)\.ts"/g, '$1"$2.js"')
    // Which words there are is nobody else's matter.
    .replace(/import type (\w+) from "[^"]*\.json";/g, "declare const $1: Readonly<Record<string, string>>;");
  writeFileSync(path, text);
}
