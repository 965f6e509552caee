/** The text, or its beginning with an ellipsis, in so many pixels; '' when hardly anything of it would be left. */
export function fittedText(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (width < LEAST_TEXT) return '';
  const whole = context.measureText(text).width;
  if (whole <= width) return text;
  let length = Math.floor((text.length * width) / whole);
  while (length >= LEAST_LETTERS && context.measureText(`${text.slice(0, length)}…`).width > width) length--;
  return length < LEAST_LETTERS ? '' : `${text.slice(0, length)}…`;
}

/** Fewer of a name do not tell it from others. */
const LEAST_LETTERS = 4;

/** Less room shows nothing worth reading, pixels. */
export const LEAST_TEXT = 22;
