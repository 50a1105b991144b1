import { expect, test } from "vitest";
import { looks } from "../src/looks.ts";

const one = (minute: number, actor: string, deed: string, subjectId: string) => ({
  at: `2026-01-01T00:0${minute}:00Z`,
  actor: { id: actor, name: actor, firstName: "", lastName: actor },
  deed,
  subjectId,
});

test("whom somebody saw in one list is one line, and what was done apart stays apart", () => {
  const all = [
    one(2, "sam", "list-people", "ada"),
    one(2, "sam", "list-people", "bob"),
    one(2, "root", "list-people", "ada"),
    one(2, "root", "write-person", "ada"),
    one(1, "root", "write-person", "bob"),
  ];
  expect(looks(all).map((look) => look.map(({ subjectId }) => subjectId))).toEqual([
    ["ada", "bob"],
    ["ada"],
    ["ada"],
    ["bob"],
  ]);
});
