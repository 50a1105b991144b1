// A mail server, and what tests wait for at servers of their own.

import { createServer } from "node:net";

/** A mail server without TLS: takes letters, or refuses them for good. */
export async function mailServer(t) {
  const mail = { refuses: false, letters: inbox() };
  let sayRefused;
  mail.refused = new Promise((resolve) => (sayRefused = resolve));
  const server = createServer((socket) => {
    let letter;
    let rest = "";
    const say = (line) => socket.write(`${line}\r\n`);
    const hear = (line) => {
      if (letter !== undefined && line !== ".") return void (letter += `${line}\n`);
      if (line === ".") {
        mail.letters.put(readable(letter));
        letter = undefined;
      } else if (line === "DATA") {
        letter = "";
        return say("354 go on");
      } else if (line.startsWith("RCPT") && mail.refuses) {
        sayRefused();
        return say("550 nobody here");
      }
      say(line === "QUIT" ? "221 bye" : "250 ok");
    };
    say("220 mail.example");
    socket.on("error", () => undefined);
    socket.on("data", (bytes) => {
      const lines = `${rest}${bytes}`.split("\r\n");
      rest = lines.pop();
      lines.forEach(hear);
    });
  });
  const port = await listening(t, server);
  const flags = ["--smtp-url", `smtp+plain://127.0.0.1:${port}`, "--mail-from", "Riverside <calls@riverside.example>"];
  return Object.assign(mail, { flags, letter: () => mail.letters.next(() => true) });
}

/** As mail programs show it: lines that were folded in one, and base64 as text. */
function readable(letter) {
  return letter
    .replace(/=\n/g, "")
    .replace(/^[A-Za-z0-9+/]{20,}={0,2}$/gm, (line) => Buffer.from(line, "base64").toString());
}

/** The port on which a server listens until the test is over. */
export async function listening(t, server) {
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  t.after(() => server.close());
  return server.address().port;
}

/** What comes in, for whoever waits for it. */
export function inbox(patience = 20_000) {
  const come = [];
  const waiting = [];
  return {
    put(one) {
      const at = waiting.findIndex(({ fits }) => fits(one));
      if (at >= 0) waiting.splice(at, 1)[0].resolve(one);
      else come.push(one);
    },
    next(fits) {
      const at = come.findIndex(fits);
      if (at >= 0) return Promise.resolve(come.splice(at, 1)[0]);
      return new Promise((resolve, reject) => {
        const late = setTimeout(() => reject(new Error(`it did not come; others: ${come.length}`)), patience);
        waiting.push({ fits, resolve: (one) => (clearTimeout(late), resolve(one)) });
      });
    },
  };
}
