/** Proves that a process is the one that was meant, across reuse of its number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** In the kernel's own unit; '' where the platform does not tell. */
  readonly started: string;
  /** Changes with each boot; '' where the platform does not tell. */
  readonly boot: string;
}
