// Shows every element in every state. `#bedside-incoming-call/ringing` shows that state alone, as a page of somebody
// would, for people and for tests; `?theme=dark` and `?lang=de` go before it.
import { html, render, type TemplateResult } from "lit";
import type { States } from "./state.ts";

const found = import.meta.glob<{ states: States }>("../src/*.states.ts", { eager: true });
const all: States = Object.assign({}, ...Object.values(found).map(({ states }) => states));
const wishes = new URLSearchParams(location.search);
const WIDTHS = { phone: 360, tablet: 768, desktop: 1440 } as const;

const root = document.documentElement;
root.lang = wishes.get("lang") ?? "en";
root.setAttribute("theme", wishes.get("theme") ?? "auto");
if (root.lang === "ar") root.dir = "rtl";

function show(): void {
  const [element, state] = decodeURIComponent(location.hash.slice(1)).split("/");
  const alone = all[element as `bedside-${string}`]?.[state ?? ""];
  const place = document.querySelector<HTMLElement>("#gallery");
  if (!place) throw new Error("gallery.html has a place for it");
  root.toggleAttribute("data-alone", alone !== undefined);
  render(html``, place); // Each state begins with new elements.
  render(alone ? alone() : index(element), place);
  document.title = alone ? `${element}/${state}` : "Bedside: gallery of elements";
}

/** Every state in a frame of its own, at the width that was chosen. */
function index(only: string | undefined): TemplateResult {
  const width = WIDTHS[(wishes.get("at") ?? "phone") as keyof typeof WIDTHS] ?? WIDTHS.phone;
  const shown = Object.entries(all).filter(([name]) => !only || name === only);
  return html`<h1>Elements</h1>
    <nav aria-label="Width, theme and language">
      ${choice("at", Object.keys(WIDTHS))} ${choice("theme", ["auto", "light", "dark"])}
      ${choice("lang", ["en", "de", "ar"])}
    </nav>
    ${shown.map(([name, states]) => shelf(name, Object.keys(states), width))}`;
}

function shelf(name: string, states: readonly string[], width: number): TemplateResult {
  const at = (state: string) => `${location.search}#${name}/${state}`;
  return html`<h2 id=${name}>&lt;${name}&gt;</h2>
    <ul>
      ${states.map(
        (state) =>
          html`<li>
            <a href=${at(state)} target="_blank">${state}</a>
            <iframe title="${name}, ${state}" loading="lazy" width=${width} src="gallery.html${at(state)}"></iframe>
          </li>`,
      )}
    </ul>`;
}

function choice(key: string, values: readonly string[]): TemplateResult {
  const to = (value: string) => {
    const next = new URLSearchParams(wishes);
    next.set(key, value);
    return `gallery.html?${next}${location.hash}`;
  };
  return html`<span>${values.map((value) => html`<a href=${to(value)}>${value}</a> `)}</span>`;
}

/** For tests: what there is to look at. */
Object.assign(globalThis, {
  bedsideStates: Object.entries(all).flatMap(([name, states]) => Object.keys(states).map((one) => `${name}/${one}`)),
});
addEventListener("hashchange", show);
show();
