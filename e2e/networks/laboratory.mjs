// Networks of our own, in namespaces of this machine: a small internet, the server in it behind an address translation
// as clouds have it, and people behind boxes of the kinds in `kinds.mjs`. Nothing leaves it.
//
// Its addresses are those for documentation (RFC 5737), to which a relay speaks only if it is told to.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isThere } from "../test/authority.mjs";
import { KINDS } from "./kinds.mjs";

export const WORLD = "203.0.113.0/24";
export const SERVER = "203.0.113.10";
const GATE = "203.0.113.1";
const FILES = "/etc/netns";
const OURS = /^bedside-(\d+)-/;

/** Why there can be no networks here, if so. */
export function obstacle() {
  const missing = ["ip", "nft"].filter((one) => !isThere(one));
  if (missing.length > 0) return `there is no ${missing.join(" and no ")}. Install iproute2 and nftables.`;
  if (process.getuid() !== 0) return "only root may make networks.";
  const name = nameOf("trial");
  try {
    run("ip", "netns", "add", name);
    run("ip", "netns", "delete", name);
    return undefined;
  } catch (error) {
    return `this machine lets nobody make networks: ${String(error.stderr).trim()}`;
  }
}

/** The networks of one run. `host` is the name under which people find the server. */
export class Laboratory {
  #host;
  #count = 0;
  /** The last of the addresses that people have. */
  #last = 19;
  #people = new Map();

  constructor(host) {
    this.#host = host;
    clear((pid) => pid === process.pid || !existsSync(`/proc/${pid}`));
    // Whatever ends the tests, nothing stays.
    process.once("exit", () => this.end());
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(1));
    this.#begin();
  }

  /** The namespace in which the server is to run. */
  get server() {
    return nameOf("server");
  }

  /** The namespace of somebody behind a box of that kind. Everybody has a box of their own. */
  person(who, kind) {
    const key = `${kind}-${who}`;
    if (!this.#people.has(key)) this.#people.set(key, this.#move(key, KINDS[kind]));
    return this.#people.get(key);
  }

  /** The namespace of somebody whose phone is in a Wi-Fi that is open; it turns the mobile network on when it needs it. */
  phone(who) {
    const name = this.#connected(`phone-${who}`, this.#address());
    this.#join(name, "mobile", this.#address());
    ip(name, "link set mobile down");
    return name;
  }

  leaveWifi(phone) {
    ip(phone, "link set wan down");
  }

  takeMobile(phone) {
    ip(phone, "link set mobile up");
    ip(phone, `route add default via ${GATE} dev mobile`);
  }

  end() {
    clear((pid) => pid === process.pid);
  }

  #begin() {
    const world = this.#namespace("world");
    ip(world, "link add bridge type bridge");
    ip(world, `address add ${GATE}/24 dev bridge`);
    ip(world, "link set bridge up");
    const box = this.#connected("server-box", SERVER);
    this.#behind(box, "server");
    // One public address for one machine, as clouds give it; the machine reaches itself under it too.
    rules(box, `
      table ip nat {
        chain in { type nat hook prerouting priority dstnat; ip daddr ${SERVER} dnat to 192.168.1.2; }
        chain out { type nat hook postrouting priority srcnat; ip saddr 192.168.1.2 snat to ${SERVER}; }
      }`);
  }

  #move(key, box) {
    const address = this.#address();
    if (!box) return this.#connected(key, address);
    const wan = this.#connected(`${key}-box`, address);
    rules(wan, `
      table ip box {
        chain out { type nat hook postrouting priority srcnat; oifname wan ${box.translates}; }
        chain through {
          type filter hook forward priority filter; policy drop;
          ct state established,related accept
          iifname lan ${box.lets}
        }
        # What comes too early must leave no trace in the box, or its answer would get another port.
        chain here { type filter hook input priority filter; iifname wan ct state new drop; }
      }`);
    return this.#behind(wan, key);
  }

  #address() {
    return `203.0.113.${(this.#last += 1)}`;
  }

  /** A namespace in the world, under that address. */
  #connected(what, address) {
    const name = this.#namespace(what);
    this.#join(name, "wan", address);
    // The world has no further end: what goes to somebody's private address is lost there, without a word.
    ip(name, `route add default via ${GATE}`);
    return name;
  }

  #join(name, device, address) {
    const port = `port${(this.#count += 1)}`;
    ip(nameOf("world"), `link add ${port} type veth peer name ${device} netns ${name}`);
    ip(nameOf("world"), `link set ${port} master bridge up`);
    ip(name, `address add ${address}/24 dev ${device}`);
    ip(name, `link set ${device} up`);
  }

  /** A namespace behind that one, as homes have it: everybody has the same private address. */
  #behind(box, what) {
    const name = this.#namespace(what);
    ip(box, `link add lan type veth peer name wan netns ${name}`);
    ip(box, "address add 192.168.1.1/24 dev lan");
    ip(box, "link set lan up");
    ip(name, "address add 192.168.1.2/24 dev wan");
    ip(name, "link set wan up");
    ip(name, "route add default via 192.168.1.1");
    run("ip", "netns", "exec", box, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward");
    return name;
  }

  #namespace(what) {
    const name = nameOf(what);
    mkdirSync(join(FILES, name), { recursive: true });
    // What `ip netns exec` shows in the place of the machine's own.
    writeFileSync(join(FILES, name, "hosts"), `127.0.0.1 localhost\n${SERVER} ${this.#host}\n`);
    // Nobody there knows other names, and says so at once.
    writeFileSync(join(FILES, name, "resolv.conf"), "nameserver 127.0.0.1\n");
    run("ip", "netns", "add", name);
    ip(name, "link set lo up");
    return name;
  }
}

/** With the run's number in it: two runs leave each other alone, and what a killed one left can be told. */
function nameOf(what) {
  return `bedside-${process.pid}-${what}`;
}

/** Removes the networks of those runs, and whatever still runs in them. */
function clear(isMeant) {
  const places = [FILES, "/run/netns"].flatMap((folder) => (existsSync(folder) ? readdirSync(folder) : []));
  for (const name of new Set(places)) {
    const pid = OURS.exec(name)?.[1];
    if (pid === undefined || !isMeant(Number(pid))) continue;
    if (existsSync(join("/run/netns", name))) {
      for (const left of run("ip", "netns", "pids", name).split("\n").filter(Boolean)) end(Number(left));
      run("ip", "netns", "delete", name);
    }
    rmSync(join(FILES, name), { recursive: true, force: true });
  }
}

function end(pid) {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has gone by itself.
  }
}

function ip(namespace, command) {
  run("ip", "-n", namespace, ...command.split(" "));
}

function rules(namespace, text) {
  const stdio = ["pipe", "ignore", "pipe"];
  execFileSync("ip", ["netns", "exec", namespace, "nft", "-f", "-"], { input: text, stdio });
}

function run(program, ...args) {
  return execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}
