/** Carries the packets of Engine.IO 4, which are texts. */
export interface Transport {
  send(packet: string): void;
  /** Nothing is told after it. */
  close(): void;
}

export interface TransportSetup {
  /** Where Socket.IO is, such as `https://bedside.example/socket.io/`. */
  readonly address: string;
  /** Whether cookies go with it. */
  readonly credentials: RequestCredentials;
  heard(packet: string): void;
  /** It is over, or could not be had. */
  gone(): void;
}

/** There are networks that swallow websockets without a word; they have so long to let one through. */
const HEAD_START = 2_000;
/** As many of the longest messages are still a payload that the server takes. */
const AT_ONCE = 15;
const SEPARATOR = "\x1e";

/** A websocket, or long polling where none can be had: whichever the server greets over first. */
export function openTransport({ heard, gone, ...where }: TransportSetup): Transport {
  const ways = [websocket, polling];
  const open = new Set<Transport>();
  let chosen: Transport | undefined;
  const next = () => {
    const way = ways.shift();
    if (!way || chosen) return;
    try {
      const one: Transport = way({ ...where, heard: (packet) => hear(one, packet), gone: () => lose(one) });
      open.add(one);
    } catch {
      // A page may be forbidden to make a websocket at all.
      next();
    }
  };
  const hear = (one: Transport, packet: string) => {
    chosen ??= one;
    for (const other of open) if (other !== chosen) close(other);
    heard(packet);
  };
  const close = (one: Transport) => {
    open.delete(one);
    one.close();
  };
  const lose = (one: Transport) => {
    open.delete(one);
    next();
    if (open.size === 0) gone();
  };
  next();
  const late = setTimeout(next, HEAD_START);
  return {
    send: (packet) => chosen?.send(packet),
    close: () => {
      clearTimeout(late);
      open.forEach(close);
    },
  };
}

function websocket({ address, heard, gone }: TransportSetup): Transport {
  const socket = new WebSocket(`${address.replace("http", "ws")}?EIO=4&transport=websocket`);
  socket.onmessage = ({ data }) => heard(String(data));
  socket.onclose = gone;
  return {
    send: (packet) => socket.send(packet),
    close: () => {
      socket.onmessage = socket.onclose = null;
      socket.close();
    },
  };
}

function polling({ address, credentials, heard, gone }: TransportSetup): Transport {
  const end = new AbortController();
  const waiting: string[] = [];
  let query = "?EIO=4&transport=polling";
  let isSending = false;

  const ask = async (request: RequestInit) => {
    const answer = await fetch(address + query, { credentials, cache: "no-store", ...request });
    if (!answer.ok) throw new Error(answer.statusText);
    return answer.text();
  };
  const poll = async () => {
    const greeting = await ask({ signal: end.signal });
    // Something in between may answer in the server's place; that is no greeting, and throws.
    query += `&sid=${JSON.parse(greeting.slice(1)).sid}`;
    for (let packets = greeting; ; packets = await ask({ signal: end.signal })) packets.split(SEPARATOR).forEach(heard);
  };
  const flush = async () => {
    if (isSending) return;
    isSending = true;
    while (waiting.length > 0) {
      const body = waiting.splice(0, AT_ONCE).join(SEPARATOR);
      // A good-bye goes out even if the page does.
      await ask({ method: "POST", body, keepalive: end.signal.aborted });
    }
    isSending = false;
  };
  const fail = () => {
    if (end.signal.aborted) return;
    end.abort();
    gone();
  };
  void poll().catch(fail);
  const send = (packet: string) => {
    waiting.push(packet);
    void flush().catch(fail);
  };
  return {
    send,
    close: () => {
      end.abort();
      // That the server has greeted is what there is to close.
      if (query.includes("sid")) send("1");
    },
  };
}
