// A client of another language and another author: python-socketio, in the environment that `script/setup` makes.

import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { serve, token } from "./stage.mjs";

const PYTHON = fileURLToPath(new URL("../.venv/bin/python", import.meta.url));
const CLIENT = fileURLToPath(new URL("foreign_client.py", import.meta.url));

for (const transports of [["websocket"], ["polling"], ["polling", "websocket"]]) {
  test(`python-socketio plays a whole call over ${transports.join(" and then ")}`, async (t) => {
    const stage = await serve(t);
    const env = {
      ADA: token({ sub: "ada", role: "patient", name: "Ada Patient" }),
      JANE: token({ sub: "jane", role: "practitioner", name: "Jane Smith" }),
    };
    await promisify(execFile)(PYTHON, ["-B", CLIENT, `http://${stage.address}`, transports.join()], { env, timeout: 60_000 });
  });
}
