import {type Money, parseMoney} from '@shop/money';
import {rows} from './generated/products.ts';

export type VatClass = 'standard' | 'reduced';

/** In percent; prices include it. */
export const vatRates: Readonly<Record<VatClass, number>> = {standard: 19, reduced: 7};

export interface Product {
  readonly sku: string;
  readonly name: string;
  /** For one piece, VAT included. */
  readonly price: Money;
  readonly vat: VatClass;
}

/** Products by their stock-keeping unit. */
export type Catalog = ReadonlyMap<string, Product>;

/** Throws an Error when a SKU is there twice. */
export function catalogOf(products: Iterable<Product>): Catalog {
  const catalog = new Map<string, Product>();
  for (const product of products) {
    if (catalog.has(product.sku)) throw new Error(`SKU ${product.sku} is there twice`);
    catalog.set(product.sku, product);
  }
  return catalog;
}

/** Throws an Error that names the nearest SKU when there is no such product. */
export function productOf(catalog: Catalog, sku: string): Product {
  const product = catalog.get(sku);
  if (product !== undefined) return product;
  const nearest = [...catalog.keys()].find((known) => known.startsWith(sku.split('-')[0] ?? sku));
  throw new Error(`no product ${sku}${nearest === undefined ? '' : `; did you mean ${nearest}?`}`);
}

/** Everything in data/products.csv. */
export const shopCatalog: Catalog = catalogOf(rows.map((row) => ({...row, price: parseMoney(row.price)})));
