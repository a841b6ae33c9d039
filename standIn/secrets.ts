import { specialSecretSig, specialSigKey, unknownValue } from "@pulumi/pulumi/runtime/rpc";

/** The properties of a resource as they come over the wire: secrets are wrapped, unknown values are one known string. */
export type Properties = Readonly<Record<string, unknown>>;

/** The value without the wrapping of any secret in it. */
export function reveal(value: unknown): unknown {
  if (isSecret(value)) return reveal(value["value"]);
  if (Array.isArray(value)) return value.map(reveal);
  return isObject(value) ? mapValues(value, reveal) : value;
}

export function seal(value: unknown): unknown {
  return isSecret(value) ? value : { [specialSigKey]: specialSecretSig, value };
}

export function isSecret(value: unknown): value is { readonly value: unknown } {
  return isObject(value) && value[specialSigKey] === specialSecretSig;
}

/** Whether anything in the value is only known once other resources exist, which happens in previews alone. */
export function hasUnknown(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasUnknown);
  return isObject(value) ? Object.values(value).some(hasUnknown) : value === unknownValue;
}

export function isObject(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function mapValues(object: Properties, change: (value: unknown) => unknown): Properties {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}
