import type { SoldOut } from '../wire.ts';

/** nothing is sold out. */
export const nothing: SoldOut = { products: [], toppings: [] };

/** isGone: it cannot be had now. A product that can be had without some of its toppings is not gone. */
export function isGone(gone: SoldOut, what: 'products' | 'toppings' | 'crusts' | 'sauces', id: string): boolean {
	return gone[what]?.some((m) => m.id === id && !m.without?.length) ?? false;
}

/** onlyWithout are the toppings that a product cannot be had with now, when it can be had without them. */
export function onlyWithout(gone: SoldOut, product: string): string[] {
	return gone.products.find((m) => m.id === product)?.without ?? [];
}
