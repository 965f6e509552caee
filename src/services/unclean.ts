/** A resource that is not what it should be. It is never handed out. */
export class UncleanError extends Error {
  override readonly name = 'UncleanError';
  readonly resource: string;
  /** What is there that should not be, or is not there that should: `role bob: added`. */
  readonly differences: readonly string[];

  constructor(resource: string, differences: readonly string[]) {
    super(`${resource} is not clean: ${differences.slice(0, 3).join('; ')}${differences.length > 3 ? '...' : ''}`);
    this.resource = resource;
    this.differences = differences;
  }
}
