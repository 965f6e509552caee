/** What the program ends with. A run that is ended by a signal ends with 128 + its number. */
export const EXIT = {
  ok: 0,
  taskFailed: 1,
  usage: 2,
  timeLimit: 124,
  hangUp: 129,
  interrupted: 130,
  closedPipe: 141,
  terminated: 143,
  internal: 70,
} as const;
