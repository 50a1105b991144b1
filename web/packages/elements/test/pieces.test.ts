import { expect, test } from "vitest";
import { initials } from "../src/pieces.ts";

test("initials leave titles out", () => {
  expect(initials("Dr. Jane Smith")).toBe("JS");
  expect(initials("Ada")).toBe("A");
  expect(initials("Univ.-Prof. Dr. Maria von der Gruber")).toBe("MG");
  expect(initials("Émile (Zola)")).toBe("É");
  expect(initials("")).toBe("");
});
