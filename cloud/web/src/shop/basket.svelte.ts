import { Shelf } from '../shelf.ts';
import type { BasketLine, Menu } from '../wire.ts';
import { productOf, sizeOf, unitPrice } from '../pizza/price.ts';

export const maxQuantity = 50;

/** A line of the basket. The key tells two equal pizzas apart. */
export interface Row {
	key: number;
	line: BasketLine;
}

/** Basket is what a guest has chosen at one restaurant; it survives a reload. */
export class Basket {
	#rows = $state.raw<Row[]>([]);
	#shelf: Shelf<BasketLine[]>;
	#next = 0;

	constructor(restaurant: string) {
		this.#shelf = new Shelf(`basket.${restaurant}`);
		this.#rows = (this.#shelf.read() ?? []).map((line) => ({ key: this.#next++, line }));
	}

	get rows(): Row[] {
		return this.#rows;
	}

	get lines(): BasketLine[] {
		return this.#rows.map((r) => r.line);
	}

	get pieces(): number {
		return this.#rows.reduce((n, r) => n + r.line.quantity, 0);
	}

	/** items is the price of everything in minor units by this page's own sums: the quote knows better. */
	items(menu: Menu): number {
		return this.#rows.reduce((sum, r) => sum + (unitPrice(menu, r.line) ?? 0) * r.line.quantity, 0);
	}

	/** add puts a line in; one that is there already becomes more of the same. */
	add(line: BasketLine): void {
		const same = this.#rows.find((r) => sameThing(r.line, line));
		if (same) this.count(same.key, same.line.quantity + line.quantity);
		else this.#keep([...this.#rows, { key: this.#next++, line }]);
	}

	replace(key: number, line: BasketLine): void {
		this.#keep(this.#rows.map((r) => (r.key === key ? { key, line } : r)));
	}

	/** avoid says what must not get to who eats a line; without a key it says so of all of them. */
	avoid(allergens: string[], key?: number): void {
		this.#keep(this.#rows.map((r) => (key === undefined || r.key === key ? { key: r.key, line: warned(r.line, allergens) } : r)));
	}

	/** count sets how many; none takes the line out. */
	count(key: number, quantity: number): void {
		const n = Math.min(maxQuantity, quantity);
		this.#keep(this.#rows.flatMap((r) => (r.key !== key ? [r] : n < 1 ? [] : [{ key, line: { ...r.line, quantity: n } }])));
	}

	clear(): void {
		this.#keep([]);
	}

	/** fit takes out what the menu no longer has, and reports how many lines that were. */
	fit(menu: Menu): number {
		const kept = this.#rows.filter((r) => unitPrice(menu, r.line) !== undefined);
		const gone = this.#rows.length - kept.length;
		if (gone > 0) this.#keep(kept);
		return gone;
	}

	#keep(rows: Row[]): void {
		this.#rows = rows;
		if (rows.length === 0) this.#shelf.clear();
		else this.#shelf.write(this.lines);
	}
}

function warned(line: BasketLine, allergens: string[]): BasketLine {
	const said: BasketLine = { ...line, avoid: [...allergens] };
	if (allergens.length === 0) delete said.avoid;
	return said;
}

function sameThing(a: BasketLine, b: BasketLine): boolean {
	return JSON.stringify({ ...a, quantity: 0 }, order) === JSON.stringify({ ...b, quantity: 0 }, order);
}

const order = ['product', 'half', 'size', 'crust', 'sauce', 'cut', 'quantity', 'toppings', 'topping', 'placement', 'amount', 'note', 'avoid'];

/** nameOf a line, as the menu writes it. */
export function nameOf(menu: Menu, line: BasketLine): string {
	const first = productOf(menu, line.product)?.name ?? line.product;
	return line.half === undefined ? first : `${first} / ${productOf(menu, line.half)?.name ?? line.half}`;
}

/** sizeNameOf is empty where a product comes in one size only. */
export function sizeNameOf(menu: Menu, line: BasketLine): string {
	const product = productOf(menu, line.product);
	return product && product.sizes.length > 1 ? (sizeOf(product, line.size)?.name ?? '') : '';
}
