// A certificate authority of the tests, which browsers are made to trust.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

const missing = ["openssl", "certutil"].filter((one) => !isThere(one));
/** Why nobody can be made to trust anything here, if so. */
export const NO_AUTHORITY =
  missing.length > 0 && `there is no ${missing.join(" and no ")}. Install openssl and libnss3-tools.`;

export function isThere(program) {
  return process.env.PATH.split(delimiter).some((folder) => existsSync(join(folder, program)));
}

/** A certificate for that name, and who trusts it. */
export function certify(name) {
  const folder = mkdtempSync(join(tmpdir(), "bedside-authority-"));
  // Gone with the process, not with the test: a browser writes into its profile until it has been closed, and a little
  // longer.
  process.once("exit", () => rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }));
  const at = (file) => join(folder, file);
  writeFileSync(at("conf"), "[req]\ndistinguished_name = whose\nprompt = no\n[whose]\nCN = Bedside's tests\n");
  sign(at, "authority", ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign"]);
  const by = ["-CA", at("authority.pem"), "-CAkey", at("authority.key")];
  const leaf = [`subjectAltName=DNS:${name}`, "basicConstraints=critical,CA:FALSE", "extendedKeyUsage=serverAuth"];
  sign(at, "server", leaf, by);
  // Where Chromium looks under its HOME; Firefox is given the folder of its profile.
  trust(at("home/.pki/nssdb"), at("authority.pem"));
  trust(at("profile"), at("authority.pem"));
  const whoTrusts = { root: at("authority.pem"), home: at("home"), profile: at("profile") };
  return { certificate: at("server.pem"), key: at("server.key"), ...whoTrusts };
}

function sign(at, what, extensions, by = []) {
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const files = ["-keyout", at(`${what}.key`), "-out", at(`${what}.pem`)];
  const more = extensions.flatMap((extension) => ["-addext", extension]);
  run("openssl", "req", "-x509", "-days", "30", "-config", at("conf"), ...key, ...files, ...by, ...more);
}

function trust(database, certificate) {
  mkdirSync(database, { recursive: true });
  run("certutil", "-N", "-d", `sql:${database}`, "--empty-password");
  run("certutil", "-A", "-d", `sql:${database}`, "-n", "Bedside's tests", "-t", "C,,", "-i", certificate);
}

function run(program, ...args) {
  execFileSync(program, args, { stdio: ["ignore", "ignore", "pipe"] });
}
