/** Ideographs, kana, hangul and emoji take two columns; Unicode Standard Annex #11. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}\p{Emoji_Presentation}]/u;
/** Accents and joiners sit on what stands before them. An emoji selector does too, and may make that one wide. */
const NO_WIDTH = /(?!\ufe0f)[\p{Mn}\p{Me}\p{Cf}]/u;

/** How many columns of a terminal a line takes; never fewer than it does. */
export function columnsOf(line: string): number {
  let columns = 0;
  for (const character of line) columns += columnsOfCharacter(character);
  return columns;
}

/** The line, or as much of its beginning as fits into so many columns. */
export function fitted(line: string, width: number): string {
  if (columnsOf(line) <= width) return line;
  let kept = '';
  let columns = 1;
  for (const character of line) {
    columns += columnsOfCharacter(character);
    if (columns > width) break;
    kept += character;
  }
  return width < 1 ? '' : `${kept}…`;
}

function columnsOfCharacter(character: string): number {
  if (character >= ' ' && character <= '~') return 1;
  return NO_WIDTH.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
}
