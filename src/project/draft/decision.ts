/** Something that `paceline init` decided, for the person who asked. */
export interface Decision {
  readonly what: string;
  readonly why: string;
}
