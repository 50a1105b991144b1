import type { IceServer } from "../heard.ts";

/** A way out of the network that a call can take. */
export type Way = "udp" | "tcp" | "tls";

/** `absent`: the operator has no relay of that kind, so nothing was tried. */
export type WayResult = "works" | "fails" | "absent";

export interface NetworkReport {
  /** Whether this browser connects to itself; if not, it makes no calls at all. */
  readonly browser: "works" | "fails";
  readonly ways: Readonly<Record<Way, WayResult>>;
  /**
   * `good`: the fast way through the relay is open. `narrow`: a slow one alone is. `blocked`: none is.
   * `unknown`: there is no relay to try. `no-calls`: this browser makes none.
   */
  readonly verdict: "good" | "narrow" | "blocked" | "unknown" | "no-calls";
}

export interface NetworkTestOptions {
  /** Skips what has not been tried yet. */
  readonly signal: AbortSignal;
  /** What takes longer, in milliseconds, does not work. */
  readonly patience?: number;
}

/** Tries every way that a call could take, all at once, each through the operator's relay and back. Cannot hang. */
export async function testNetwork(
  iceServers: readonly IceServer[],
  { signal, patience = 8_000 }: NetworkTestOptions,
): Promise<NetworkReport> {
  const until = AbortSignal.any([signal, AbortSignal.timeout(patience)]);
  const relayed = async (way: Way): Promise<WayResult> => {
    const servers = serversFor(iceServers, way);
    if (servers.length === 0) return "absent";
    return connects({ iceServers: servers, iceTransportPolicy: "relay" }, until);
  };
  const [browser, udp, tcp, tls] = await Promise.all([
    connects({}, until),
    relayed("udp"),
    relayed("tcp"),
    relayed("tls"),
  ]);
  const ways = { udp, tcp, tls };
  return { browser, ways, verdict: verdictOf(browser, ways) };
}

/** What the results mean for a call. Pure. */
export function verdictOf(
  browser: "works" | "fails",
  ways: Readonly<Record<Way, WayResult>>,
): NetworkReport["verdict"] {
  if (browser === "fails") return "no-calls";
  const results = Object.values(ways);
  if (ways.udp === "works") return "good";
  if (results.includes("works")) return "narrow";
  return results.includes("fails") ? "blocked" : "unknown";
}

/** Those of the operator's relays that are reached in one way. */
export function serversFor(iceServers: readonly IceServer[], way: Way): RTCIceServer[] {
  return iceServers
    .map((server) => ({ ...server, urls: server.urls.filter((url) => wayOf(url) === way) }))
    .filter(({ urls }) => urls.length > 0);
}

function wayOf(url: string): Way | undefined {
  if (url.startsWith("turns:")) return "tls";
  if (!url.startsWith("turn:")) return undefined;
  return url.includes("transport=tcp") ? "tcp" : "udp";
}

/** Two connections of this page to each other, until they are connected or `until` is aborted. */
async function connects(configuration: RTCConfiguration, until: AbortSignal): Promise<"works" | "fails"> {
  if (typeof RTCPeerConnection === "undefined" || until.aborted) return "fails";
  let pair: [RTCPeerConnection, RTCPeerConnection];
  try {
    pair = [new RTCPeerConnection(configuration), new RTCPeerConnection(configuration)];
  } catch {
    return "fails"; // An address that this browser does not understand.
  }
  const [one, other] = pair;
  try {
    return await Promise.race([opened(one, other), aborted(until)]);
  } catch {
    return "fails";
  } finally {
    one.close();
    other.close();
  }
}

async function opened(one: RTCPeerConnection, other: RTCPeerConnection): Promise<"works"> {
  const open = new Promise<"works">((resolve) => {
    one.createDataChannel("test").addEventListener("open", () => resolve("works"));
  });
  const described = Promise.all([isStable(one), isStable(other)]);
  passCandidates(one, other, described);
  passCandidates(other, one, described);
  await one.setLocalDescription();
  if (one.localDescription) await other.setRemoteDescription(one.localDescription);
  await other.setLocalDescription();
  if (other.localDescription) await one.setRemoteDescription(other.localDescription);
  return open;
}

/** Candidates before a description are refused, so they wait until both have theirs. */
function passCandidates(from: RTCPeerConnection, to: RTCPeerConnection, described: Promise<unknown>): void {
  from.addEventListener("icecandidate", ({ candidate }) => {
    if (candidate) void described.then(() => to.addIceCandidate(candidate)).catch(() => undefined);
  });
}

function isStable(connection: RTCPeerConnection): Promise<void> {
  return new Promise((resolve) => {
    connection.addEventListener("signalingstatechange", () => connection.signalingState === "stable" && resolve());
  });
}

function aborted(until: AbortSignal): Promise<"fails"> {
  return new Promise((resolve) => until.addEventListener("abort", () => resolve("fails"), { once: true }));
}
