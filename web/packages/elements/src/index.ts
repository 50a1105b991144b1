export { Follow, type Readable } from "./follow.ts";
export { BedsideElement, define, GROUND } from "./element.ts";
