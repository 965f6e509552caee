// node dist/main.js <folder of orders> <folder for receipts>
import {mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {argv, env, exit} from 'node:process';
import {shopCatalog} from '@shop/catalog';
import {formatMoney, sum} from '@shop/money';
import {parseOrder} from './order.ts';
import {type ReceiptStyle, receiptOf} from './receipt.ts';

const [, , orders, receipts] = argv;
if (orders === undefined || receipts === undefined) {
  console.error('usage: main.js <folder of orders> <folder for receipts>');
  exit(2);
}
const style: ReceiptStyle = {shop: env.SHOP_NAME ?? 'Shop', locale: env.SHOP_LOCALE ?? 'en-IE', width: 44};

mkdirSync(receipts, {recursive: true});
const paid = readdirSync(orders)
  .sort()
  .map((file) => {
    const order = parseOrder(readFileSync(join(orders, file), 'utf8'));
    const receipt = receiptOf(order, shopCatalog, style);
    writeFileSync(join(receipts, `${order.number}.txt`), receipt.text);
    console.log(receipt.text);
    return receipt.paid;
  });
console.log(`${paid.length} receipts, ${formatMoney(sum(paid, 'EUR'), style.locale)} in all`);
