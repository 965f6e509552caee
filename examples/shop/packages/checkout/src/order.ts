/** What a customer wants. */
export interface Order {
  readonly number: string;
  /** ISO 8601, a day. */
  readonly date: string;
  readonly items: readonly (readonly [sku: string, count: number])[];
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Throws a SyntaxError that names the part that is wrong. */
export function parseOrder(text: string): Order {
  const order: unknown = JSON.parse(text);
  if (!isRecord(order)) throw new SyntaxError('an order is an object');
  const {number, date, items} = order;
  if (typeof number !== 'string' || number === '') throw new SyntaxError('number: a text is needed');
  if (typeof date !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(date)) throw new SyntaxError('date: YYYY-MM-DD is needed');
  if (!isRecord(items)) throw new SyntaxError('items: {sku: count} is needed');
  return {number, date, items: Object.entries(items).map(([sku, count]) => [sku, countOf(sku, count)] as const)};
}

function countOf(sku: string, count: unknown): number {
  if (typeof count !== 'number') throw new SyntaxError(`items.${sku}: a number is needed`);
  return count;
}
