import { api } from "./page.ts";

/** Whether this browser is woken when there is something to tell. */
export type Waking = "impossible" | "denied" | "off" | "on";

/** What is woken; its address is part of the contract with pages that embed us. */
const WORKER = "/push.js";

export async function waking(): Promise<Waking> {
  // A phone of Apple's has it only for pages that stand on its home screen.
  if (!("serviceWorker" in navigator) || !("PushManager" in window)) return "impossible";
  if (Notification.permission === "denied") return "denied";
  return (await subscription()) ? "on" : "off";
}

/** Asks the person, then the push service of the browser's maker; `key` is by which it knows the practice. */
export async function wakeHere(key: string): Promise<Waking> {
  if ((await Notification.requestPermission()) !== "granted") return waking();
  await navigator.serviceWorker.register(WORKER);
  const { pushManager } = await navigator.serviceWorker.ready;
  const made = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  await api.addDevice(made.toJSON());
  return "on";
}

/** Whoever signs in here next is not told what was for the one before. */
export async function sleepHere(): Promise<Waking> {
  const made = await subscription();
  if (!made) return waking();
  await api.forgetDevice(made.endpoint);
  await made.unsubscribe();
  return "off";
}

async function subscription(): Promise<PushSubscription | null> {
  if (!("serviceWorker" in navigator)) return null;
  const registration = await navigator.serviceWorker.getRegistration(WORKER);
  return (await registration?.pushManager.getSubscription()) ?? null;
}
