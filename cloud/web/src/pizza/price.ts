import { priceOfChoices, sauced, type Amount, type Placement } from '@awesome/ui';
import type { BasketLine, Menu, Product, Size } from '../wire.ts';

// The same sums as the cloud's, so that a price moves under the finger. What counts is the quote, which the cloud makes.

/** What an amount of a topping costs, in quarters of a normal one. */
const weight: Record<Amount, number> = { none: 0, light: 4, normal: 4, extra: 6, double: 8 };

export function productOf(menu: Menu, id: string | undefined): Product | undefined {
	return menu.products.find((p) => p.id === id);
}

export function sizeOf(product: Product, id: string | undefined): Size | undefined {
	return id === undefined && product.sizes.length === 1 ? product.sizes[0] : product.sizes.find((s) => s.id === id);
}

/** What lies on every part of a pizza by itself: a topping that only one half has is an extra on the other. */
export function standard(menu: Menu, line: BasketLine): string[] {
	const first = productOf(menu, line.product)?.toppings ?? [];
	const second = line.half === undefined ? first : (productOf(menu, line.half)?.toppings ?? []);
	return sauced(menu, first.filter((t) => second.includes(t)), line.sauce);
}

/** The price of one piece of a line in minor units; undefined when the menu does not have it. */
export function unitPrice(menu: Menu, line: BasketLine): number | undefined {
	const product = productOf(menu, line.product);
	const size = product && sizeOf(product, line.size);
	if (!product || !size) return undefined;
	let price = size.price_minor;
	if (line.half !== undefined) {
		const half = productOf(menu, line.half);
		const same = half && sizeOf(half, line.size);
		if (!same) return undefined;
		price = Math.max(price, same.price_minor);
	}
	const more = priceOfChoices(menu, line, size.id);
	if (more === undefined) return undefined;
	price += more;
	const free = standard(menu, line);
	for (const change of line.toppings ?? []) {
		const each = menu.toppings.find((t) => t.id === change.topping)?.price_minor[size.id];
		if (each === undefined) return undefined;
		price += changePrice(each, change.amount ?? 'normal', change.placement ?? 'whole', free.includes(change.topping));
	}
	return price;
}

function changePrice(each: number, amount: Amount, placement: Placement, free: boolean): number {
	const quarters = free ? Math.max(0, weight[amount] - weight.normal) : weight[amount];
	const cost = each * quarters;
	return Math.floor(((placement === 'whole' ? cost : Math.floor((cost + 1) / 2)) + 3) / 4);
}
