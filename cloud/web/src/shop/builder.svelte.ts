import { allergensOf, offered, priceOfChoices, sauced, usual, type Amount, type Crust, type Cut, type Placement, type Sauce } from '@awesome/ui';
import { none, without, withEntry } from '../maps.ts';
import { productOf, sizeOf, unitPrice } from '../pizza/price.ts';
import { laid } from '../pizza/laid.ts';
import type { Laid } from '../pizza/art.ts';
import type { BasketLine, Menu, MenuTopping, Product, Size } from '../wire.ts';
import { maxQuantity } from './basket.svelte.ts';

const maxChanges = 20;
export const maxNote = 200; // bytes of UTF-8, as the menu's rules have it

/** Where a topping lies and how much of it, on each side. */
export interface Sides {
	left: Amount;
	right: Amount;
}

/** Choice is what a pizza can be had with once. */
export type Choice = 'crust' | 'sauce' | 'cut';

/** Builder is a pizza while it is put together. */
export class Builder {
	#size = $state('');
	#half = $state<string | undefined>();
	#sides = $state.raw<ReadonlyMap<string, Sides>>(none()); // only what differs from the recipe
	#choices = $state<Partial<Record<Choice, string>>>({}); // only what is not usual
	#quantity = $state(1);
	readonly #avoid: string[] | undefined; // said in the basket
	#note = $state('');
	readonly product: Product;

	constructor(
		readonly menu: Menu,
		start: BasketLine,
	) {
		const product = productOf(menu, start.product);
		if (!product) throw new Error(`the menu has no ${start.product}`);
		this.product = product;
		this.#size = (sizeOf(product, start.size) ?? product.sizes[Math.floor(product.sizes.length / 2)])?.id ?? '';
		this.#half = start.half;
		this.#avoid = start.avoid;
		for (const of of ['crust', 'sauce', 'cut'] as const) if (start[of] !== undefined) this.pick(of, start[of]);
		this.#quantity = start.quantity;
		this.#note = start.note ?? '';
		for (const c of start.toppings ?? []) this.put(c.topping, c.placement ?? 'whole', c.amount ?? 'normal');
	}

	get size(): string {
		return this.#size;
	}

	get half(): string | undefined {
		return this.#half;
	}

	get quantity(): number {
		return this.#quantity;
	}

	get note(): string {
		return this.#note;
	}

	get isPizza(): boolean {
		return this.product.category === 'pizza';
	}

	/** halves are what the other half can be: pizzas that come in this size, and as it is chosen. */
	get halves(): Product[] {
		return this.menu.products.filter((p) => p.category === 'pizza' && p.id !== this.product.id && sizeOf(p, this.#size) !== undefined && this.#comes(this.#size, p.id));
	}

	/** crusts, sauces and cuts are what there is to choose from; one alone is no choice. */
	get crusts(): Crust[] {
		return several(offered(this.menu, this.line).crusts);
	}

	get sauces(): Sauce[] {
		return several(offered(this.menu, this.line).sauces);
	}

	get cuts(): Cut[] {
		return several(offered(this.menu, this.line).cuts);
	}

	/** comes: the pizza as it is chosen is to be had in a size. */
	comes(size: Size): boolean {
		return this.#comes(size.id, this.#half);
	}

	#comes(size: string, half: string | undefined): boolean {
		return priceOfChoices(this.menu, { product: this.product.id, half, ...this.#choices }, size) !== undefined;
	}

	/** usual is what it has when nothing is chosen. */
	get usual(): Partial<Record<Choice, string | undefined>> {
		return usual(this.menu, { product: this.product.id, half: this.#half });
	}

	/** picked is the crust, sauce or cut it has; undefined where two halves keep their own. */
	picked(of: Choice): string | undefined {
		return this.#choices[of] ?? this.usual[of];
	}

	/** pick chooses one. What is usual, and nothing, is left out of the line. */
	pick(of: Choice, id: string | undefined): void {
		const choices = { ...this.#choices };
		if (id && id !== this.usual[of]) choices[of] = id;
		else delete choices[of]; // eslint-disable-line @typescript-eslint/no-dynamic-delete -- one of three
		this.#choices = choices;
	}

	/** toppings that have a price for this size. */
	get toppings(): MenuTopping[] {
		return this.menu.toppings.filter((t) => t.price_minor[this.#size] !== undefined);
	}

	get full(): boolean {
		return this.#changes().length >= maxChanges;
	}

	choose(size: Size): void {
		this.#size = size.id;
	}

	split(half: string | undefined): void {
		this.#half = half;
	}

	many(n: number): void {
		this.#quantity = Math.max(1, Math.min(maxQuantity, Math.round(n) || 1));
	}

	say(note: string): void {
		const letters = [...note];
		while (new TextEncoder().encode(letters.join('')).length > maxNote) letters.pop();
		this.#note = letters.join('');
	}

	/** recipe is what is on each side if nothing is changed. */
	recipe(topping: string): Sides {
		const on = (id: string): Amount => (sauced(this.menu, productOf(this.menu, id)?.toppings ?? [], this.#choices.sauce).includes(topping) ? 'normal' : 'none');
		return { left: on(this.product.id), right: on(this.#half ?? this.product.id) };
	}

	/** at is what is on each side now. */
	at(topping: string): Sides {
		return this.#sides.get(topping) ?? this.recipe(topping);
	}

	/** put sets a topping on a part of the pizza. */
	put(topping: string, placement: Placement, amount: Amount): void {
		const now = this.at(topping);
		const next = { left: placement === 'right' ? now.left : amount, right: placement === 'left' ? now.right : amount };
		this.#sides = withEntry(this.#sides, topping, next);
	}

	/** only puts a topping on one part and takes it off the other. */
	only(topping: string, placement: Placement): void {
		const now = this.at(topping);
		const amount = now.left !== 'none' ? now.left : now.right !== 'none' ? now.right : 'normal';
		this.#sides = withEntry(this.#sides, topping, { left: placement === 'right' ? 'none' : amount, right: placement === 'left' ? 'none' : amount });
	}

	/** reset makes the topping what the recipe says. */
	reset(topping: string): void {
		this.#sides = without(this.#sides, topping);
	}

	/** line is what goes into the basket. */
	get line(): BasketLine {
		const toppings = this.#changes();
		const note = this.#note.trim();
		return {
			product: this.product.id,
			...(this.#half === undefined ? {} : { half: this.#half }),
			size: this.#size,
			...this.#choices,
			quantity: this.#quantity,
			...(toppings.length === 0 ? {} : { toppings }),
			...(note === '' ? {} : { note }),
			...(this.#avoid === undefined ? {} : { avoid: this.#avoid }),
		};
	}

	get price(): number {
		return unitPrice(this.menu, this.line) ?? 0;
	}

	get allergens(): string[] {
		return allergensOf(this.menu, this.line);
	}

	get laid(): Laid[] {
		return laid(this.menu, this.line);
	}

	#changes(): NonNullable<BasketLine['toppings']> {
		const out: NonNullable<BasketLine['toppings']> = [];
		for (const [topping, now] of this.#sides) {
			const usual = this.recipe(topping);
			const left = now.left !== usual.left;
			const right = now.right !== usual.right;
			if (now.left === now.right && (left || right)) out.push({ topping, placement: 'whole', amount: now.left });
			else {
				if (left) out.push({ topping, placement: 'left', amount: now.left });
				if (right) out.push({ topping, placement: 'right', amount: now.right });
			}
		}
		return out;
	}
}

function several<T>(list: T[]): T[] {
	return list.length > 1 ? list : [];
}
