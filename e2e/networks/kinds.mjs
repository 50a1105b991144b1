// The kinds of network that people call from, and what is to be expected between each two of them.

/** What a box before somebody's network lets out. Nobody is let in who was not spoken to. */
export const KINDS = {
  /** A public address and nothing in between. */
  open: undefined,
  /** Keeps the port of whoever speaks, whomever they speak to: what a STUN server sees holds for everybody. */
  cone: { translates: "masquerade", lets: "accept" },
  /** A port of its own, by chance, for everybody who is spoken to: what a STUN server sees holds for it alone. */
  symmetric: { translates: "masquerade random,fully-random", lets: "accept" },
  "no-udp": { translates: "masquerade random,fully-random", lets: "meta l4proto tcp accept" },
  "only-443": { translates: "masquerade random,fully-random", lets: "tcp dport 443 accept" },
};

const BOTH_PREDICTED = "each is where a STUN server has seen it";
const SPEAKS_FIRST = "the one speaks first from whatever port, and the open one hears it";
const NOT_PREDICTED = "nobody knows the port from which the symmetric one will speak, so the other box lets nothing in";
const NO_DATAGRAMS = "browsers go straight to each other by UDP alone";

/** Each against each: whether a relay is needed, and why. */
export const EXPECTED = [
  ["open", "open", "direct", "nothing is in between"],
  ["open", "cone", "direct", BOTH_PREDICTED],
  ["open", "symmetric", "direct", SPEAKS_FIRST],
  ["open", "no-udp", "relay", NO_DATAGRAMS],
  ["open", "only-443", "relay", NO_DATAGRAMS],
  ["cone", "cone", "direct", BOTH_PREDICTED],
  ["cone", "symmetric", "relay", NOT_PREDICTED],
  ["cone", "no-udp", "relay", NO_DATAGRAMS],
  ["cone", "only-443", "relay", NO_DATAGRAMS],
  ["symmetric", "symmetric", "relay", NOT_PREDICTED],
  ["symmetric", "no-udp", "relay", NO_DATAGRAMS],
  ["symmetric", "only-443", "relay", NO_DATAGRAMS],
  ["no-udp", "no-udp", "relay", NO_DATAGRAMS],
  ["no-udp", "only-443", "relay", NO_DATAGRAMS],
  ["only-443", "only-443", "relay", NO_DATAGRAMS],
].map(([caller, callee, path, why]) => ({ caller, callee, path, why }));

/** The best way to the relay that each kind leaves. */
export const TO_THE_RELAY = { open: "udp", cone: "udp", symmetric: "udp", "no-udp": "tcp", "only-443": "tls" };

/** Those that are tried each time; the others take long. */
export const isShort = ({ caller, callee }) => caller === callee && ["open", "symmetric", "only-443"].includes(caller);
