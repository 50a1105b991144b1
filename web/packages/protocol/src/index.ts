// The wire's types. `generated.ts` is written by a test of the Rust crate `protocol`, which fails when it is stale.
export type * from "./generated.ts";
