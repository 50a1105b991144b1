import { freshKey } from "@bedside/client/clinic";

/** Gives each wish its key: saying the same once more, after a connection that broke, is harmless. */
export class Wish {
  #words = "";
  #key = "";

  /** Another wish gets another key, so that whoever changes their mind is not taken for repeating themselves. */
  keyOf(request: object): string {
    const words = JSON.stringify(request);
    if (words !== this.#words) [this.#words, this.#key] = [words, freshKey()];
    return this.#key;
  }
}
