import { conflict, offered, uuid, type Amount, type Change, type Fulfilment, type Menu, type MenuTopping, type Money, type Placement, type Product, type Size } from '@awesome/ui';
import { forget, read, write } from './kept.ts';
import { chosen, extras, type Line } from './line.ts';
import type { OrderLine, Place } from './shapes.ts';

export interface Guest {
	name: string;
	phone: string;
}

/**
 * Basket is the order at the till. The node prices it; what stands here meanwhile is the list price without changes. On a shelf it
 * outlives the page, with its key: a reload in the middle of an order loses nothing, and orders nothing twice.
 */
export class Basket {
	#lines = $state.raw<readonly Line[]>([]);
	#key = uuid();
	#sent = false;
	#shelf: Storage | undefined;
	#opened = false;
	channel = $state<'counter' | 'phone'>('counter');
	fulfilment = $state<Fulfilment>('carryout');
	payment = $state<'cash' | 'card_at_door'>('cash');
	guest = $state<Guest>({ name: '', phone: '' });
	place = $state<Required<Place>>({ street: '', city: '', note: '' });
	confirmed = $state(false);
	/** later is when the guest wants it, in ms since 1970; undefined: as soon as can be. */
	later = $state<number | undefined>();
	#missing = $state(false);
	#town = '';

	constructor(shelf?: Storage) {
		this.#shelf = shelf;
	}

	get lines(): readonly Line[] {
		return this.#lines;
	}

	/** key makes a repeated order one order; it is new for each basket. */
	get key(): string {
		return this.#key;
	}

	/** sent: it went to the node, and no answer has come. It may have been taken. */
	get sent(): boolean {
		return this.#sent;
	}

	/** sending says that it is on its way to the node; what is known of that outlives this page. */
	sending(): void {
		this.#sent = true;
		this.keep();
	}

	/** refused says that the node has not taken it. */
	refused(): void {
		this.#sent = false;
		this.keep();
	}

	/** renew makes it an order of its own: what its key was used for is another one. */
	renew(): void {
		this.#key = uuid();
		this.refused();
	}

	/** ways are how a guest can get it. Eating in is for whoever is here, bringing it for whoever is not. */
	get ways(): readonly Fulfilment[] {
		return this.channel === 'phone' ? ['carryout', 'delivery', 'curbside'] : ['carryout', 'dine_in', 'curbside'];
	}

	/** missing: not everything of an order that was to be had again is on the menu. */
	get missing(): boolean {
		return this.#missing;
	}

	/** whole: nothing that an order needs is missing. */
	get whole(): boolean {
		const { street, city } = this.place;
		return this.#lines.length > 0 && (this.fulfilment !== 'delivery' || (street.trim() !== '' && city.trim() !== ''));
	}

	line(key: string): Line | undefined {
		return this.#lines.find((l) => l.key === key);
	}

	/** add puts a product in and returns its line. */
	add(product: Product, size: Size, more: Partial<Omit<Line, 'key'>> = {}): Line {
		const line: Line = { key: uuid(), product, half: undefined, size, crust: undefined, sauce: undefined, cut: undefined, quantity: 1, toppings: [], note: '', avoid: [], ...more };
		this.#lines = [...this.#lines, line];
		return line;
	}

	/** again puts in what somebody had before, as far as it is still on the menu. */
	again(past: { fulfilment: Fulfilment; lines: readonly OrderLine[] }, menu: Menu): void {
		this.#fill(past.lines, menu);
		if (past.fulfilment !== 'dine_in') this.fulfilment = past.fulfilment;
	}

	/** restore puts back what a page before this one had in hand, and reports whether there was any. From then on it is kept. */
	restore(menu: Menu, now = Date.now()): boolean {
		this.#opened = true;
		const kept = read(this.#shelf, now);
		if (!kept) return false;
		const { key, sent, channel, fulfilment, payment, guest, place, confirmed, later } = kept;
		this.#key = key;
		this.#sent = sent;
		Object.assign(this, { channel, fulfilment, payment, guest, place, confirmed, later });
		this.#fill(kept.lines, menu);
		return true;
	}

	/** keep writes it down, for a page that is loaded in the middle of it. */
	keep(now = Date.now()): void {
		if (!this.#opened) return; // what was there before has not been read yet
		const { channel, fulfilment, payment, guest, place, confirmed, later } = this;
		const lines = this.#lines.map((l) => ({ product: l.product.id, ...(l.half ? { half: l.half.id } : {}), size: l.size.id, ...extras(l), quantity: l.quantity, toppings: l.toppings, note: l.note }));
		const any = lines.length > 0 || [guest.name, guest.phone, place.street].some((said) => said.trim() !== '');
		if (!any) return forget(this.#shelf);
		write(this.#shelf, { at: now, key: this.#key, sent: this.#sent, channel, fulfilment, payment, guest, place, confirmed, later, lines });
	}

	#fill(past: readonly OrderLine[], menu: Menu): void {
		this.#lines = [];
		let lost = false;
		for (const l of past) {
			const product = menu.products.find((p) => p.id === l.product);
			const size = product?.sizes.find((s) => s.id === l.size) ?? (l.size ? undefined : product?.sizes[0]);
			const half = l.half ? menu.products.find((p) => p.id === l.half) : undefined;
			if (!product || !size || (l.half && !half)) continue;
			const toppings = (l.toppings ?? []).flatMap((c) => {
				const known = menu.toppings.find((t) => t.id === c.topping);
				return known ? [{ ...c, name: known.name }] : [];
			});
			const can = offered(menu, l);
			const crust = can.crusts.find((c) => c.id === l.crust && size.id in c.price_minor);
			const sauce = can.sauces.find((s) => s.id === l.sauce);
			const cut = can.cuts.find((c) => c.id === l.cut);
			lost ||= [[l.crust, crust], [l.sauce, sauce], [l.cut, cut]].some(([was, is]) => was && !is);
			this.add(product, size, { half, crust, sauce, cut, quantity: l.quantity, note: l.note ?? '', toppings, avoid: l.avoid ?? [] });
		}
		this.#missing = lost || this.#lines.length < past.length;
	}

	/** conflicts are the lines that have something in them that who eats it must not get, and what. */
	conflicts(menu: Menu): { line: Line; what: string[] }[] {
		return this.#lines.map((line) => ({ line, what: conflict(menu, chosen(line)) })).filter((c) => c.what.length > 0);
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
	top(key: string, topping: MenuTopping, amount: Amount | undefined, placement: Placement): void {
		const line = this.line(key);
		if (!line) return;
		const others = line.toppings.filter((c) => c.topping !== topping.id);
		const change: Change = { topping: topping.id, name: topping.name, placement, ...(amount ? { amount } : {}) };
		this.change(key, { toppings: amount ? [...others, change] : others });
	}

	/** list is the sum of list prices, with crusts and sauces, in minor units. */
	list(currency: string): Money {
		const minor = this.#lines.reduce((sum, l) => {
			const half = l.half?.sizes.find((s) => s.id === l.size.id)?.price_minor ?? 0;
			const more = (l.crust?.price_minor[l.size.id] ?? 0) + (l.sauce?.price_minor[l.size.id] ?? 0);
			return sum + l.quantity * (Math.max(l.size.price_minor, half) + more);
		}, 0);
		return { minor, currency };
	}

	/** body is what POST /api/orders takes. */
	body(): Record<string, unknown> {
		const { name, phone } = this.guest;
		const { street, city, note } = this.place;
		return {
			channel: this.channel,
			fulfilment: this.fulfilment,
			customer: { name: name.trim(), ...(phone.trim() ? { phone: phone.trim() } : {}) },
			...(this.fulfilment === 'delivery' ? { address: { street: street.trim(), city: city.trim(), ...(note.trim() ? { note: note.trim() } : {}) } } : {}),
			payment: { method: this.payment },
			...(this.confirmed ? { confirmed: true } : {}),
			...this.#wanted(),
			lines: this.#body(),
		};
	}

	/** ask is what POST /api/quote takes, or undefined while there is nothing to ask. */
	ask(): Record<string, unknown> | undefined {
		return this.#lines.length ? { channel: this.channel, fulfilment: this.fulfilment, ...this.#wanted(), lines: this.#body() } : undefined;
	}

	#wanted(): { fire_at?: string } {
		return this.later === undefined ? {} : { fire_at: new Date(this.later).toISOString() };
	}

	#body(): Record<string, unknown>[] {
		return this.#lines.map((l) => ({
			product: l.product.id,
			...(l.half ? { half: l.half.id } : {}),
			size: l.size.id,
			...extras(l),
			quantity: l.quantity,
			...(l.toppings.length ? { toppings: l.toppings.map(({ topping, placement, amount }) => ({ topping, placement, amount })) } : {}),
			...(l.note.trim() ? { note: l.note.trim() } : {}),
		}));
	}

	clear(): void {
		this.#lines = [];
		this.#key = uuid();
		this.#sent = false;
		this.#missing = this.confirmed = false;
		this.later = undefined;
		if (this.fulfilment === 'delivery') this.#town = this.place.city.trim();
		this.guest = { name: '', phone: '' };
		this.place = { street: '', city: this.#town, note: '' }; // the next delivery goes to the same town, most of the time
		this.channel = 'counter';
		this.fulfilment = 'carryout';
		this.payment = 'cash';
		this.keep();
	}
}
