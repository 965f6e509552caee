export * from './bestsellers.ts';
export * from './books.ts';
