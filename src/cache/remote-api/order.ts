/** Compares by code points, which is the order of the UTF-8 bytes. JavaScript's `<` goes by UTF-16 units, where U+1F600 is before U+FFFD. */
export function compareUtf8(one: string, other: string): number {
  const shared = Math.min(one.length, other.length);
  for (let at = 0; at < shared; at++) {
    const left = one.charCodeAt(at);
    const right = other.charCodeAt(at);
    if (left !== right) return rank(left) - rank(right);
  }
  return one.length - other.length;
}

/** The place of a UTF-16 unit among code points: halves of a surrogate pair stand for code points behind all others. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/** The list in order of its keys' UTF-8 bytes: itself where it already is. */
export function inOrder<T>(list: readonly T[], keyOf: (item: T) => string): readonly T[] {
  let before: string | undefined;
  for (const item of list) {
    const key = keyOf(item);
    if (before !== undefined && compareUtf8(before, key) > 0) {
      return list.toSorted((one, other) => compareUtf8(keyOf(one), keyOf(other)));
    }
    before = key;
  }
  return list;
}
