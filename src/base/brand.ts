declare const brand: unique symbol;

/** A primitive that must not be mixed up with another of the same shape: `Brand<string, 'PhaseName'>`. */
export type Brand<Value, Name extends string> = Value & {readonly [brand]: Name};
