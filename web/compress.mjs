// Writes a smaller form beside each built file; the server sends it to whoever takes it.

import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";

const WORTH_IT = 1_000;
const built = new URL("dist", import.meta.url).pathname;

for (const name of readdirSync(built, { recursive: true })) {
  const file = join(built, name);
  if (!/\.(js|css|html|svg|json)$/.test(name) || statSync(file).size < WORTH_IT) continue;
  writeFileSync(`${file}.br`, brotliCompressSync(readFileSync(file)));
}
