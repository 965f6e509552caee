/** What package managers write into node_modules about what they installed. */
export const INSTALLED_RECORDS: readonly string[] = [
  'node_modules/.package-lock.json',
  'node_modules/.modules.yaml',
  'node_modules/.yarn-state.yml',
  '.pnp.cjs',
];

/** The one that holds paths of the machine and times. */
export function isInstalledRecord(path: string): boolean {
  return path.endsWith('node_modules/.modules.yaml');
}

/** pnpm's record without when it last cleaned up and where its store is: neither says what is installed. */
export function installedText(text: string): string {
  return text.replaceAll(/^\s*"?(?:prunedAt|storeDir|virtualStoreDir|lastValidatedTimestamp)"?:.*$/gm, '');
}
