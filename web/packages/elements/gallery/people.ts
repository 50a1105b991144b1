// People who are not there: drawn, moving a little, so that elements can be seen without cameras and without anybody.

const made = new Map<string, MediaStream>();

export interface Look {
  readonly wall: string;
  readonly light: string;
  readonly skin: string;
  readonly hair: string;
  readonly coat: string;
}

export const LOOKS = {
  jane: { wall: "#5b6b73", light: "#93a5ab", skin: "#e0b394", hair: "#4a342a", coat: "#f1f3f2" },
  ada: { wall: "#6d5f55", light: "#a8937f", skin: "#c58c6a", hair: "#241a17", coat: "#37706c" },
  omar: { wall: "#47566b", light: "#7c90a8", skin: "#b57f5c", hair: "#1d1a1a", coat: "#2f3d57" },
  ines: { wall: "#59654f", light: "#93a384", skin: "#efc9ab", hair: "#8d5a34", coat: "#83496a" },
} as const satisfies Record<string, Look>;

/** Somebody in front of their camera, wide or upright. */
export function somebody(who: keyof typeof LOOKS, width = 640, height = 360): MediaStream {
  return drawn(`${who}-${width}`, width, height, (on, at) => drawPerson(on, LOOKS[who], at));
}

/** A page of findings, as a practitioner would share it. */
export function screen(): MediaStream {
  return drawn("screen", 1280, 800, drawScreen);
}

function drawn(
  name: string,
  width: number,
  height: number,
  draw: (on: CanvasRenderingContext2D, at: number) => void,
): MediaStream {
  const known = made.get(name);
  if (known) return known;
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const on = canvas.getContext("2d");
  if (!on) throw new Error("a canvas can be drawn on");
  let at = 0;
  const next = () => draw(on, at++);
  next();
  setInterval(next, 200);
  const stream = canvas.captureStream(5);
  made.set(name, stream);
  return stream;
}

function drawPerson(on: CanvasRenderingContext2D, look: Look, at: number): void {
  const { width, height } = on.canvas;
  const wall = on.createLinearGradient(0, 0, width, height);
  wall.addColorStop(0, look.light);
  wall.addColorStop(1, look.wall);
  on.fillStyle = wall;
  on.fillRect(0, 0, width, height);
  on.fillStyle = "rgb(255 255 255 / 12%)";
  on.fillRect(width * 0.08, height * 0.1, width * 0.2, height * 0.42);
  const size = Math.min(height, width * 1.2);
  const [x, y] = [width / 2 + Math.sin(at / 9) * 3, height * 0.44 + Math.sin(at / 5)];
  on.fillStyle = look.hair;
  ellipse(on, x, y - size * 0.04, size * 0.185, size * 0.23);
  on.fillStyle = look.coat;
  ellipse(on, x, height + size * 0.12, size * 0.44, size * 0.42);
  on.fillStyle = look.skin;
  on.fillRect(x - size * 0.06, y + size * 0.1, size * 0.12, size * 0.2);
  ellipse(on, x, y, size * 0.145, size * 0.19);
  on.fillStyle = look.hair;
  on.beginPath();
  on.ellipse(x, y - size * 0.1, size * 0.155, size * 0.115, 0, Math.PI, 0);
  on.fill();
}

function drawScreen(on: CanvasRenderingContext2D, at: number): void {
  const { width, height } = on.canvas;
  on.fillStyle = "#ffffff";
  on.fillRect(0, 0, width, height);
  on.fillStyle = "#e9eef0";
  on.fillRect(0, 0, width, 72);
  on.fillStyle = "#22303a";
  on.font = "600 34px sans-serif";
  on.fillText("Blood pressure, last 14 days", 48, 150);
  on.strokeStyle = "#0b6e69";
  on.lineWidth = 6;
  on.beginPath();
  for (let day = 0; day < 14; day += 1) on.lineTo(80 + day * 84, 520 - Math.sin(day * 1.3) * 70 - day * 9);
  on.stroke();
  on.fillStyle = "#0b6e69";
  ellipse(on, 80 + 13 * 84, 520 - Math.sin(13 * 1.3) * 70 - 117, 12 + (at % 2), 12 + (at % 2));
  on.fillStyle = "#c9d3d8";
  for (let line = 0; line < 4; line += 1) on.fillRect(48, 610 + line * 40, 900 - line * 120, 14);
}

function ellipse(on: CanvasRenderingContext2D, x: number, y: number, width: number, height: number): void {
  on.beginPath();
  on.ellipse(x, y, width, height, 0, 0, Math.PI * 2);
  on.fill();
}
