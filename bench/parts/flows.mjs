// The two ways to a first picture that are compared, as pages. Each has `ring`, `accept` and `isReady` for the bench to
// press, and tells in `firstFrame` when the other's first picture was shown, by the clock of the machine.

const FRAME = `<!doctype html>
<video id="other" autoplay playsinline muted></video>
<script type="module">
  const { url, token, callee } = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  const video = document.getElementById("other");
  const now = () => performance.timeOrigin + performance.now();
  globalThis.firstFrame = new Promise((resolve) => video.requestVideoFrameCallback(() => resolve(now())));
  // One picture is as good as another here; a large one only measures how fast this machine encodes.
  const camera = { width: 320, height: 240, frameRate: 30 };
`;

/** As most pages do it: camera, connection and offer all begin when somebody has answered. */
export const USUAL = `${FRAME}
  const { io } = await import("./socket.io.js");
  const socket = io(url + "/video-call", { transports: ["websocket"], auth: { token } });
  const ask = (event, payload) => socket.emitWithAck(event, payload);
  let peer, place;
  const early = [];

  const enter = async (of) => {
    const opened = navigator.mediaDevices.getUserMedia({ video: camera, audio: true });
    place = { roomId: of.roomId };
    const joined = new Promise((resolve) => socket.once("joined-room", resolve));
    ask("join-room", place);
    const [stream, { iceServers }] = await Promise.all([opened, joined]);
    peer = new RTCPeerConnection({ iceServers });
    for (const track of stream.getTracks()) peer.addTrack(track, stream);
    peer.ontrack = ({ streams: [stream] }) => (video.srcObject = stream);
    peer.onicecandidate = ({ candidate }) => candidate && ask("webrtc-signal", { ...place, signal: candidate });
    for (const act of early.splice(0)) await act();
  };
  const soon = (act) => (peer ? act() : early.push(act));
  const describe = async () => {
    await peer.setLocalDescription();
    const { type, sdp } = peer.localDescription;
    ask("webrtc-signal", { ...place, signal: { type, sdp } });
  };
  socket.on("user-joined", () => soon(describe));
  socket.on("webrtc-signal", ({ signal }) => soon(async () => {
    if (signal.sdp === undefined) return peer.addIceCandidate(signal);
    await peer.setRemoteDescription(signal);
    if (signal.type === "offer") await describe();
  }));
  let rung, isThere = false;
  socket.on("sync", () => (isThere = true));
  socket.on("incoming-video-call", (ring, heard) => { rung = ring; heard?.({}); });
  socket.on("call-accepted", enter);
  globalThis.isThere = () => isThere;
  globalThis.isRung = () => rung !== undefined;
  globalThis.isReady = () => true;
  globalThis.ring = () => ask("request-video-call", { calleeId: callee });
  globalThis.accept = async () => enter(await ask("accept-video-call", { callId: rung.callId }));
  globalThis.hangUp = () => ask("end-call", place);
</script>`;

/** Ours: the two connect while it rings, the caller's camera opens meanwhile, and the tracks go in at accept. */
export const OURS = `${FRAME}
  const { connect, LocalMedia } = await import("./bedside.js");
  const { mediaDevices } = navigator;
  const open = mediaDevices.getUserMedia.bind(mediaDevices);
  mediaDevices.getUserMedia = ({ video, audio }) => open({ audio, video: video && camera });
  const connections = [];
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(given) { super(given); connections.push(this); }
  };
  const { signal } = new AbortController();
  const bedside = connect({ url, token: async () => token, signal });
  const local = new LocalMedia(signal);
  const at = () => bedside.state.value;
  let room;

  const openBoth = () => { local.openCamera(); local.openMicrophone(); };
  const enter = (place) => {
    room = bedside.enter(place, { local, signal });
    room.state.watch(({ others: [other] }) => {
      const stream = other?.media?.stream ?? null;
      if (video.srcObject !== stream) video.srcObject = stream;
    }, signal);
  };
  bedside.state.watch(({ outgoing }) => {
    if (outgoing?.state !== "accepted") return;
    bedside.closeOutgoing();
    enter({ callId: outgoing.callId });
  }, signal);
  globalThis.isThere = () => at().reach === "online" && at().self !== undefined;
  globalThis.isRung = () => at().rings.length > 0;
  globalThis.isReady = () => connections.at(-1)?.connectionState === "connected";
  globalThis.ring = () => { openBoth(); return bedside.ring(callee); };
  globalThis.accept = async () => { openBoth(); enter(await bedside.answer(at().rings[0].callId)); };
  globalThis.hangUp = () => room.end();
</script>`;
