// Turns data/products.csv into src/generated/products.ts: `node tools/generate.ts`.
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';

const root = join(import.meta.dirname, '..');
const [header = '', ...rows] = readFileSync(join(root, 'data/products.csv'), 'utf8').trim().split('\n');
const columns = header.split(',');

const products = rows.map((row, index) => {
  const cells = row.split(',');
  if (cells.length !== columns.length)
    throw new Error(`data/products.csv:${index + 2}: ${cells.length} cells, not ${columns.length}`);
  return Object.fromEntries(columns.map((column, place) => [column, cells[place]]));
});

mkdirSync(join(root, 'src/generated'), {recursive: true});
writeFileSync(
  join(root, 'src/generated/products.ts'),
  `// Made by tools/generate.ts from data/products.csv.\nexport const rows = ${JSON.stringify(products, null, 2)} as const;\n`,
);
console.log(`${products.length} products`);
