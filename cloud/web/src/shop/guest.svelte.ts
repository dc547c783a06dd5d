import { Shelf } from '../shelf.ts';
import type { Address, Basket, BasketLine, Place, QuoteRequest } from '../wire.ts';

export interface Details {
	fulfilment: 'delivery' | 'carryout';
	name: string;
	phone: string;
	street: string;
	city: string;
	note: string;
	door?: Place | undefined; // where the guest put the pin
	payment: 'cash' | 'card_at_door';
}

export type Field = 'name' | 'phone' | 'street' | 'city' | 'note' | 'door';

const blank: Details = { fulfilment: 'delivery', name: '', phone: '', street: '', city: '', note: '', payment: 'cash' };

/** Guest is who orders and where to: typed once, remembered in this browser only. */
export class Guest {
	#details = $state<Details>({ ...blank });
	#shelf = new Shelf<Details>('guest');

	constructor() {
		this.#details = { ...blank, ...this.#shelf.read() };
	}

	get details(): Readonly<Details> {
		return this.#details;
	}

	tell(change: Partial<Details>): void {
		Object.assign(this.#details, change);
		this.#shelf.write($state.snapshot(this.#details));
	}

	/** missing lists the fields that keep the order from being sent; each has its words beside it. */
	missing(): Field[] {
		const d = this.#details;
		const out: Field[] = [];
		if (d.name.trim() === '') out.push('name');
		if (phoneOf(d.phone) === undefined) out.push('phone');
		if (d.fulfilment === 'delivery') {
			if (d.street.trim() === '') out.push('street');
			if (d.city.trim() === '') out.push('city');
			if (d.door === undefined) out.push('door');
		}
		return out;
	}

	/** basket is the body of an order. */
	basket(restaurant: string, lines: BasketLine[]): Basket {
		const d = this.#details;
		const phone = phoneOf(d.phone);
		const address = d.fulfilment === 'delivery' ? addressOf(d) : undefined;
		return {
			restaurant_id: restaurant,
			fulfilment: d.fulfilment,
			channel: 'web',
			customer: { name: d.name.trim(), ...(phone ? { phone } : {}) },
			...(address ? { address } : {}),
			lines,
			payment: { method: d.payment },
		};
	}

	/** early is the body of a quote for somebody who may not have said where: near stands for the door. */
	early(lines: BasketLine[], near: Place): QuoteRequest {
		const d = this.#details;
		const { latitude, longitude } = d.door ?? near;
		return { fulfilment: d.fulfilment, ...(d.fulfilment === 'delivery' ? { address: { latitude, longitude } } : {}), lines };
	}
}

function addressOf(d: Details): Address | undefined {
	if (!d.door) return undefined;
	const note = d.note.trim();
	return { street: d.street.trim(), city: d.city.trim(), ...(note ? { note } : {}), latitude: d.door.latitude, longitude: d.door.longitude };
}

/** phoneOf makes +12025550123 of what people type, like "+1 (202) 555-0123" or "001 202 555 0123"; undefined if it cannot be a number with its country. */
export function phoneOf(typed: string): string | undefined {
	const bare = typed.replace(/[\s().\-/]/g, '').replace(/^00/, '+');
	return /^\+[1-9][0-9]{6,14}$/.test(bare) ? bare : undefined;
}
