import { readFileSync } from "node:fs";
import type { Plugin } from "vite";

/** Leaves out of what is built what stands in texts and is nothing to a browser. */
export function lean(): Plugin[] {
  return [
    {
      name: "drawings",
      apply: "build",
      enforce: "pre",
      // The frame is the same around each of them: `icon()` has it.
      load(id) {
        const drawing = /^(.*\/lucide-static\/.*\.svg)\?raw$/.exec(id)?.[1];
        return drawing && `export default ${JSON.stringify(withoutFrame(readFileSync(drawing, "utf8")))}`;
      },
    },
    {
      name: "indentation",
      apply: "build",
      enforce: "post",
      transform(code, id) {
        if (!/\/packages\/\w+\/src\/.*\.ts$/.test(id)) return undefined;
        let shorter = code;
        // From the last to the first, so that places stay what they are.
        for (const { start, end } of textsOfMarkup(this.parse(code)).reverse()) {
          const text = code.slice(start, end).replace(/\s*\n\s*/g, " ");
          shorter = shorter.slice(0, start) + text + shorter.slice(end);
        }
        return { code: shorter, map: null };
      },
    },
  ];
}

function withoutFrame(drawing: string): string {
  return drawing
    .replace(/^[^]*<svg[^>]*>|<\/svg>\s*$/g, "")
    .replace(/\s+/g, " ")
    .replaceAll("> <", "><")
    .replaceAll(" />", "/>")
    .trim();
}

interface Place {
  readonly start: number;
  readonly end: number;
}

/** The texts of every `html` and `svg` within `node` of a syntax tree, in their order. */
function textsOfMarkup(node: unknown): Place[] {
  if (typeof node !== "object" || node === null) return [];
  const own = isMarkup(node) ? node.quasi.quasis : [];
  return [...own, ...Object.values(node).flatMap(textsOfMarkup)].sort((one, other) => one.start - other.start);
}

function isMarkup(node: object): node is { quasi: { quasis: Place[] } } {
  const { type, tag } = node as { type?: string; tag?: { name?: string } };
  return type === "TaggedTemplateExpression" && (tag?.name === "html" || tag?.name === "svg");
}
