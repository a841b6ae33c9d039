import type { Access } from "../policy/policy";

/** A policy as somebody would write it, of what a file of another program says. */
export interface WrittenPolicy {
  readonly services: Readonly<Record<string, WrittenService>>;
  readonly knockers?: Readonly<Record<string, WrittenKnocker>>;
  readonly log?: { readonly admissions: true };
}

export interface WrittenService {
  readonly ports: readonly string[];
  readonly sequence?: string;
  readonly sequenceOf?: string;
  readonly knockTimeout?: string;
  readonly closeSequence?: string;
  readonly accessWindow: string;
  readonly access?: Access;
}

export interface WrittenKnocker {
  readonly services: readonly string[];
  readonly sequence?: string;
  readonly token?: string;
  readonly knockTimeout?: string;
  readonly closeSequence?: string;
  readonly until?: string;
}
