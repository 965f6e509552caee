import pg from 'pg';
import {onTestFinished} from 'vitest';

/** A connection of a test, closed at its end. */
export async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({connectionString: url});
  // the server may end it
  client.on('error', () => {});
  await client.connect();
  onTestFinished(() => client.end().catch(() => {}));
  return client;
}

/** First column of all rows. */
export async function column(client: pg.Client, text: string): Promise<readonly unknown[]> {
  const {rows} = await client.query({text, rowMode: 'array'});
  return rows.map(([value]) => value);
}

/** SQLSTATE of a refusal; undefined: it was not refused. */
export async function refusal(action: Promise<unknown>): Promise<string | undefined> {
  try {
    await action;
    return undefined;
  } catch (error) {
    return (error as {code?: string}).code ?? String(error);
  }
}
