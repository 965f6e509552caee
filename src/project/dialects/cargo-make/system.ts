/** cargo-make's names for operating systems. */
export type System = 'linux' | 'mac' | 'windows';

export function systemOf(platform: NodeJS.Platform): System {
  return platform === 'darwin' ? 'mac' : platform === 'win32' ? 'windows' : 'linux';
}

export function holdsOn(platforms: readonly string[] | undefined, system: System): boolean {
  return platforms === undefined || platforms.includes(system);
}
