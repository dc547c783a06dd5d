import { uuid, type Amount, type Change, type Money, type Placement } from '@awesome/ui';

export interface Size {
	id: string;
	name: string;
	price_minor: number;
}

export interface Product {
	id: string;
	name: string;
	category: string;
	description: string;
	sizes: Size[];
	toppings?: string[];
	allergens?: string[];
}

export interface Topping {
	id: string;
	name: string;
	price_minor: Record<string, number>;
	allergens?: string[];
}

export interface Menu {
	version: number;
	name: string;
	currency: string;
	products: Product[];
	toppings: Topping[];
}

/** Line is one row of the order that is being taken. */
export interface Line {
	key: string;
	product: Product;
	half: Product | undefined;
	size: Size;
	quantity: number;
	toppings: Change[];
	note: string;
}

/** Fetched are the ways a guest gets what the counter sells. A delivery needs a position, which a counter does not know. */
export type Fetched = 'carryout' | 'dine_in' | 'curbside';

export interface Guest {
	name: string;
	phone: string;
}

/** Basket is the order at the till. The node prices it; what stands here meanwhile is the list price without changes. */
export class Basket {
	#lines = $state.raw<readonly Line[]>([]);
	#key = uuid();
	channel = $state<'counter' | 'phone'>('counter');
	fulfilment = $state<Fetched>('carryout');
	payment = $state<'cash' | 'card_at_door'>('cash');
	guest = $state<Guest>({ name: '', phone: '' });

	get lines(): readonly Line[] {
		return this.#lines;
	}

	/** key makes a repeated order one order; it is new for each basket. */
	get key(): string {
		return this.#key;
	}

	line(key: string): Line | undefined {
		return this.#lines.find((l) => l.key === key);
	}

	/** add puts a product in and returns its line. */
	add(product: Product, size: Size): Line {
		const line: Line = { key: uuid(), product, half: undefined, size, quantity: 1, toppings: [], note: '' };
		this.#lines = [...this.#lines, line];
		return line;
	}

	change(key: string, how: Partial<Omit<Line, 'key'>>): void {
		this.#lines = this.#lines.map((l) => (l.key === key ? { ...l, ...how } : l));
	}

	/** count sets how many; none takes the line out. */
	count(key: string, quantity: number): void {
		if (quantity < 1) this.#lines = this.#lines.filter((l) => l.key !== key);
		else this.change(key, { quantity: Math.min(50, quantity) });
	}

	/** top sets how much of a topping lies where; undefined leaves it as the menu has it. */
	top(key: string, topping: Topping, amount: Amount | undefined, placement: Placement): void {
		const line = this.line(key);
		if (!line) return;
		const others = line.toppings.filter((c) => c.topping !== topping.id);
		const change: Change = { topping: topping.id, name: topping.name, placement, ...(amount ? { amount } : {}) };
		this.change(key, { toppings: amount ? [...others, change] : others });
	}

	/** list is the sum of list prices in minor units. */
	list(currency: string): Money {
		const minor = this.#lines.reduce((sum, l) => {
			const half = l.half?.sizes.find((s) => s.id === l.size.id)?.price_minor ?? 0;
			return sum + l.quantity * Math.max(l.size.price_minor, half);
		}, 0);
		return { minor, currency };
	}

	/** body is what POST /api/orders takes. */
	body(): Record<string, unknown> {
		const { name, phone } = this.guest;
		return {
			channel: this.channel,
			fulfilment: this.fulfilment,
			customer: { name: name.trim(), ...(phone.trim() ? { phone: phone.trim() } : {}) },
			payment: { method: this.payment },
			lines: this.#lines.map((l) => ({
				product: l.product.id,
				...(l.half ? { half: l.half.id } : {}),
				size: l.size.id,
				quantity: l.quantity,
				...(l.toppings.length ? { toppings: l.toppings.map(({ topping, placement, amount }) => ({ topping, placement, amount })) } : {}),
				...(l.note.trim() ? { note: l.note.trim() } : {}),
			})),
		};
	}

	clear(): void {
		this.#lines = [];
		this.#key = uuid();
		this.guest = { name: '', phone: '' };
		this.channel = 'counter';
		this.fulfilment = 'carryout';
		this.payment = 'cash';
	}
}
