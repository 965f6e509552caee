interface Version {
  readonly numbers: readonly [number, number, number];
  readonly prerelease: boolean;
}

/**
 * Whether a package manager would link a workspace of this version for this range. Decides plain ranges (`^1.2.3`, `~1.2`, `1.x`,
 * `>=2`, `1.2.3`) as semver does; whatever is written in another way (`||`, hyphens, prereleases, tags) counts as a link, because an
 * edge too many costs some order, and one too few a wrong result. The semver package would cost every start 1.6 ms.
 */
export function rangeMayLink(range: string, version: string | undefined): boolean {
  const wanted = /^\s*(\^|~>?|>=|<=|>|<|=)?\s*v?(\d+)(?:\.(\d+|[xX*]))?(?:\.(\d+|[xX*]))?\s*$/.exec(range);
  const given = version === undefined ? undefined : parsedVersion(version);
  if (wanted === null || given === undefined || given.prerelease) return true;
  const parts = [wanted[2], wanted[3], wanted[4]].map((part) =>
    part === undefined || !/\d/.test(part) ? undefined : Number(part),
  );
  const [major = 0, minor, patch] = parts;
  const low: readonly [number, number, number] = [major, minor ?? 0, minor === undefined ? 0 : (patch ?? 0)];
  const partial = minor === undefined ? 1 : patch === undefined ? 2 : 3;
  const {numbers} = given;
  const atLeast = order(numbers, low) >= 0;
  const samePart = numbers.slice(0, partial).every((number, index) => number === low[index]);
  switch (wanted[1]) {
    case '>=':
      return atLeast;
    case '>':
      return atLeast && !samePart;
    case '<':
      return !atLeast;
    case '<=':
      return !atLeast || samePart;
    case '^':
      return atLeast && order(numbers, caretEnd(low, partial)) < 0;
    case '~':
    case '~>':
      return atLeast && numbers[0] === major && (minor === undefined || numbers[1] === minor);
    default:
      return samePart;
  }
}

/** The first version that `^` excludes: the left-most number that is not 0 may not grow. */
function caretEnd(
  [major, minor, patch]: readonly [number, number, number],
  written: number,
): readonly [number, number, number] {
  if (major > 0 || written === 1) return [major + 1, 0, 0];
  if (minor > 0 || written === 2) return [0, minor + 1, 0];
  return [0, 0, patch + 1];
}

function parsedVersion(text: string): Version | undefined {
  const found = /^\s*[v=]*(\d+)\.(\d+)\.(\d+)(-[^+]*)?(?:\+.*)?$/.exec(text);
  if (found === null) return undefined;
  return {numbers: [Number(found[1]), Number(found[2]), Number(found[3])], prerelease: found[4] !== undefined};
}

function order(a: readonly number[], b: readonly number[]): number {
  for (let index = 0; index < 3; index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
