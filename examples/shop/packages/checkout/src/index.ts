export * from './order.ts';
export * from './receipt.ts';
