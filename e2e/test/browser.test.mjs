// People call each other in a real browser, with its fake camera and microphone.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { browse, FLAGS, host, NEEDS, open, PATIENCE, plays } from "./browsers.mjs";
import { demo, signIn, talking } from "./practice.mjs";
import { SECRET, token } from "./stage.mjs";

test("two people in their browsers ring, see each other, reload and hang up", NEEDS, async (t) => {
  const { links } = await demo(t);
  const browser = await browse(t);
  const jane = await signIn(browser, links["Jane Smith"], "Jane Smith");
  const ada = await signIn(browser, links["Ada Patient"], "Ada Patient");
  await ada.getByRole("link", { name: "Practitioners" }).click();
  await ada.locator(".tile", { hasText: "Jane Smith" }).getByText("Online").waitFor();
  await ada.getByRole("button", { name: "Start a video call with Jane Smith" }).click();
  await ada.getByText("Ringing…").waitFor();
  await jane.getByRole("heading", { name: "Ada Patient", level: 2 }).waitFor();
  await jane.getByRole("button", { name: "Accept", exact: true }).click();
  await Promise.all([
    ada.waitForURL(/\/patient\/video-call\/[^/]+$/),
    jane.waitForURL(/\/doctor\/video-call\/[^/]+$/),
  ]);
  await Promise.all([plays(ada, "video.remote"), plays(jane, "video.remote")]);
  await ada.reload(); // Whoever reloads comes back to the same seat.
  await Promise.all([plays(ada, "video.remote"), plays(jane, "video.remote")]);
  await Promise.all([ada.reload(), jane.reload()]);
  await Promise.all([plays(ada, "video.remote"), plays(jane, "video.remote")]);
  await ada.getByRole("button", { name: "End the call" }).click();
  await Promise.all([
    ada.getByRole("heading", { name: "The call has ended" }).waitFor(),
    jane.getByRole("heading", { name: "Ada Patient has ended the call" }).waitFor(),
  ]);
  await Promise.all([ada, jane].map((page) => page.getByRole("button", { name: "Close" }).click()));
  // A patient is asked how it was, at home.
  await Promise.all([ada.waitForURL(/\/patient\/appointments$/), jane.waitForURL(/\/doctor\/dashboard$/)]);
});

test("a guest comes by a link, through the waiting room, and what they write is read by everybody", NEEDS, async (t) => {
  const { links } = await demo(t);
  const browser = await browse(t);
  const [jane, ada] = await talking(browser, links);
  await jane.getByRole("button", { name: "More choices" }).click();
  await jane.getByRole("button", { name: "Invite somebody" }).click();
  await jane.getByRole("textbox", { name: "Name" }).fill("Ines Interpreter");
  await jane.getByRole("button", { name: "Make a link" }).click();
  const link = await jane.getByText(/\/join\//).textContent();
  await jane.getByRole("button", { name: "Close" }).click();

  const ines = await open(browser, link.trim());
  await ines.getByRole("button", { name: "Join" }).click();
  await ines.getByText("You are next").waitFor();
  await jane.getByText("Ines Interpreter is waiting to come in.").waitFor();
  await jane.getByRole("button", { name: "Admit", exact: true }).click();
  await Promise.all([ines, jane, ada].map((page) => plays(page, "video.remote")));

  await ines.getByRole("button", { name: "Open chat" }).click();
  await ines.getByRole("textbox", { name: "Write a message" }).fill("Good morning");
  await ines.keyboard.press("Enter");
  await ada.getByRole("button", { name: "Open chat, 1 new" }).click();
  await ada.locator("bedside-chat").getByText("Good morning").waitFor();
  await ines.getByRole("button", { name: "Leave the call" }).click();
  await ines.getByRole("heading", { name: "You have left the call" }).waitFor();
});

test("keys mute and unmute, and the other side is told", NEEDS, async (t) => {
  const { links } = await demo(t);
  const [jane, ada] = await talking(await browse(t), links);
  await ada.keyboard.press("m");
  await jane.getByText("Ada Patient is muted").waitFor();
  await ada.keyboard.press("m");
  await jane.getByText("Ada Patient is muted").waitFor({ state: "detached" });
  await ada.keyboard.press("r");
  await jane.getByText("Ada Patient has raised a hand").first().waitFor();
  await ada.keyboard.press("v");
  await jane.getByText("Camera is off").waitFor();
});

test("a ring that is declined or given up is told in words", NEEDS, async (t) => {
  const { links } = await demo(t);
  const browser = await browse(t);
  const jane = await signIn(browser, links["Jane Smith"], "Jane Smith");
  const ada = await signIn(browser, links["Ada Patient"], "Ada Patient");
  await ada.getByRole("link", { name: "Practitioners" }).click();
  const ring = () => ada.getByRole("button", { name: "Start a video call with Jane Smith" }).click();
  await ring();
  await jane.getByRole("button", { name: "Decline", exact: true }).click();
  await ada.getByText("Jane Smith cannot talk now. Try again later, or book a time.").waitFor();
  await ada.getByRole("button", { name: "Close" }).click();
  await ring();
  await jane.getByRole("heading", { name: "Ada Patient", level: 2 }).waitFor();
  await ada.getByRole("button", { name: "Cancel" }).click();
  await jane.getByText("Ada Patient is not calling any more.").waitFor();
});

test("the caller's camera opens at the press of Call, and closes when they give up", NEEDS, async (t) => {
  const { links } = await demo(t);
  const browser = await browse(t);
  await browser.addInitScript(() => {
    const { mediaDevices } = navigator;
    const ask = mediaDevices.getUserMedia.bind(mediaDevices);
    const tracks = [];
    mediaDevices.getUserMedia = async (wish) => {
      const stream = await ask(wish);
      tracks.push(...stream.getTracks());
      return stream;
    };
    globalThis.open = () => tracks.filter(({ readyState }) => readyState === "live").map(({ kind }) => kind).sort();
  });
  const jane = await signIn(browser, links["Jane Smith"], "Jane Smith");
  const ada = await signIn(browser, links["Ada Patient"], "Ada Patient");
  const isOpen = (page, kinds) => page.waitForFunction((kinds) => String(globalThis.open()) === kinds, kinds);
  await ada.getByRole("link", { name: "Practitioners" }).click();
  // A hurried hand presses twice.
  await ada.getByRole("button", { name: "Start a video call with Jane Smith" }).dblclick();
  await isOpen(ada, "audio,video");
  await jane.getByRole("heading", { name: "Ada Patient", level: 2 }).waitFor();
  await isOpen(jane, "");
  await ada.getByRole("button", { name: "Cancel" }).click();
  await isOpen(ada, "");
  await ada.getByRole("button", { name: "Start a video call with Jane Smith" }).click();
  await jane.getByRole("button", { name: "Voice", exact: true }).click();
  await plays(jane, "video.remote");
  await isOpen(jane, "audio");
});

test("somebody without a camera is told so, and still sees the other", NEEDS, async (t) => {
  const { links } = await demo(t);
  const jane = await signIn(await browse(t), links["Jane Smith"], "Jane Smith");
  const bare = await browse(t, FLAGS.filter((flag) => !flag.startsWith("--use-fake-device")));
  const ada = await signIn(bare, links["Ada Patient"], "Ada Patient");
  await ada.getByRole("link", { name: "Practitioners" }).click();
  await ada.getByRole("button", { name: "Start a video call with Jane Smith" }).click();
  await jane.getByRole("button", { name: "Accept", exact: true }).click();
  await ada.getByText("No camera and no microphone were found").waitFor();
  await plays(ada, "video.remote");
});

test("a page made of the rooms document's snippets meets ours in an appointment", NEEDS, async (t) => {
  const pages = await snippets(t);
  const { links, address } = await demo(t, "--host-token-secret", SECRET, "--allow-origin", pages);
  const browser = await browse(t);
  const omar = await signIn(browser, links["Omar Haddad"], "Omar Haddad");
  const pass = token({ sub: "otto", role: "patient", name: "Otto Other" });
  const { id } = await rest(address, pass, "POST", "/api/appointments", {
    practitionerId: "bs_omar",
    type: "Remote",
    scheduledDate: new Date(Date.now() + 300_000).toISOString(),
  });
  await omar.reload();
  await omar.getByRole("button", { name: /^Accept: Otto Other/ }).click();
  await omar.getByText("Accepted. Both of you have been told.").waitFor();
  const { roomId } = await rest(address, pass, "GET", `/video-call/room/appointment/${id}`);

  const otto = await open(browser, `${pages}/index.html?${new URLSearchParams({ server: address, token: pass, roomId })}`);
  await otto.waitForFunction(() => globalThis.joined, undefined, { timeout: PATIENCE });
  const { callId } = await otto.evaluate(() => globalThis.joined);
  // Otto is there first, so his page offers.
  await omar.goto(new URL(`/doctor/video-call/${callId}`, omar.url()).href);
  await Promise.all([plays(otto, "#remote"), plays(omar, "video.remote")]);
  // Now Omar is there first, so ours does.
  await otto.reload();
  await plays(otto, "#remote");
  await plays(omar, "video.remote");
  await otto.getByRole("button", { name: "End" }).click();
  await omar.getByRole("heading", { name: "Otto Other has ended the call" }).waitFor();
});

async function rest(address, bearer, method, path, body) {
  const headers = { authorization: `Bearer ${bearer}`, "content-type": "application/json" };
  const answer = await fetch(address + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
  return answer.json();
}

/** Serves the page below from an address of its own, with the official client beside it. */
function snippets(t) {
  const client = new URL("../node_modules/socket.io-client/dist/socket.io.min.js", import.meta.url);
  return host(t, { "index.html": SNIPPETS, "socket.io.min.js": readFileSync(client) });
}

/** The document's JavaScript, with what it leaves to the reader: the token, the answer, and candidates that come. */
const SNIPPETS = `<!doctype html><title>Rooms</title>
<video id="remote" autoplay playsinline></video>
<button id="end">End</button>
<script src="/socket.io.min.js"></script>
<script type="module">
const given = new URLSearchParams(location.search);
const [server, token, roomId] = ['server', 'token', 'roomId'].map((name) => given.get(name));
const userId = 'otto';

const configuration = {
  iceServers: []  // Both are on one machine, and a test asks nobody outside.
};
const pc = new RTCPeerConnection(configuration);
const stream = await navigator.mediaDevices.getUserMedia({
  video: true,
  audio: true
});
stream.getTracks().forEach(track => pc.addTrack(track, stream));
pc.ontrack = (event) => {
  document.querySelector('#remote').srcObject = event.streams[0];
};

const socket = io(server + '/video-call', {
  transports: ['websocket'],
  auth: { token }
});
socket.emit('join-room', {
  roomId: roomId,
  userId: userId
});
socket.on('joined-room', (data) => {
  globalThis.joined = data;
});
socket.on('user-joined', async (data) => {
  const offer = await pc.createOffer();
  await pc.setLocalDescription(offer);
  socket.emit('webrtc-signal', {
    roomId: roomId,
    userId: userId,
    signal: { type: 'offer', sdp: offer.sdp }
  });
});
pc.onicecandidate = (event) => {
  if (event.candidate) {
    socket.emit('webrtc-signal', {
      roomId: roomId,
      userId: userId,
      signal: event.candidate
    });
  }
};
socket.on('webrtc-signal', async (data) => {
  if (data.signal.type === 'offer') {
    await pc.setRemoteDescription(data.signal);
    const answer = await pc.createAnswer();
    await pc.setLocalDescription(answer);
    socket.emit('webrtc-signal', {
      roomId: roomId,
      userId: userId,
      signal: { type: 'answer', sdp: answer.sdp }
    });
  } else if (data.signal.type === 'answer') {
    await pc.setRemoteDescription(data.signal);
  } else {
    await pc.addIceCandidate(data.signal);
  }
});
document.querySelector('#end').onclick = () => socket.emit('end-call', {
  roomId: roomId,
  userId: userId
});
</script>`;
