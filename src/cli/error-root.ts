let root: string | undefined;

/** From now on places in errors are relative to this folder. */
export function setErrorRoot(folder: string): void {
  root = folder;
}

export function errorRoot(): string {
  return root ?? process.cwd();
}
