import type { TemplateResult } from "lit";

/** One thing to look at, made without a server. */
export type State = () => TemplateResult;

/** What a `*.states.ts` exports as `states`: the name of an element, and its states by theirs. */
export type States = Readonly<Record<`bedside-${string}`, Readonly<Record<string, State>>>>;
