import { call, Refusal } from '@awesome/ui';
import type { Menu, SoldOut } from '../wire.ts';
import { Basket } from './basket.svelte.ts';
import { nothing } from './gone.ts';
import { sorted, type Restaurant } from './restaurant.ts';

/** Where in the shop the guest is. The address bar knows too, so that Back and reload work. */
export interface Where {
	restaurant?: string;
	basket: boolean;
}

/** whereFrom reads "#/r1/basket". */
export function whereFrom(hash: string): Where {
	const [id, page] = hash.replace(/^#\/?/, '').split('/');
	return { ...(id ? { restaurant: decodeURIComponent(id) } : {}), basket: page === 'basket' };
}

/** Shop is the guest's way through the page: which restaurant, its menu, the basket there. */
export class Shop {
	#restaurants = $state.raw<Restaurant[]>([]);
	#loaded = $state(false);
	#lost = $state(false);
	#where = $state.raw<Where>({ basket: false });
	#menu = $state.raw<Menu | undefined>();
	#gone = $state.raw<SoldOut>(nothing);
	#menuOf = '';
	#basket = $state.raw<Basket | undefined>();
	#dropped = $state(0);

	/** restaurants, those that sell first. */
	get restaurants(): Restaurant[] {
		return sorted(this.#restaurants);
	}

	get loaded(): boolean {
		return this.#loaded;
	}

	/** lost: the cloud does not answer; what is shown is what was known. */
	get lost(): boolean {
		return this.#lost;
	}

	get where(): Where {
		return this.#where;
	}

	get restaurant(): Restaurant | undefined {
		return this.#restaurants.find((r) => r.id === this.#where.restaurant);
	}

	get menu(): Menu | undefined {
		return this.#menu;
	}

	/** gone is what of the menu cannot be had now. */
	get gone(): SoldOut {
		return this.#gone;
	}

	get basket(): Basket | undefined {
		return this.#basket;
	}

	/** dropped counts lines of a kept basket that the menu no longer has. */
	get dropped(): number {
		return this.#dropped;
	}

	/** refresh reads the restaurants again, and what is sold out where the guest is. */
	async refresh(): Promise<void> {
		if (this.#menu) void this.#look(this.#menuOf);
		try {
			const answer = await call<{ restaurants: Restaurant[] }>('/api/restaurants');
			this.#restaurants = answer.restaurants;
			this.#loaded = true;
			this.#lost = false;
		} catch (err) {
			this.#lost = !(err instanceof Refusal) || err.problem.status >= 500;
		}
	}

	/** look asks again what can be had. Who cannot be asked has nothing new to say. */
	async #look(id: string): Promise<void> {
		const menu = await call<Menu>(menuPath(id)).catch(() => undefined);
		if (menu && this.#menuOf === id) this.#gone = menu.sold_out ?? nothing;
	}

	/** go follows the address bar. */
	async go(hash: string): Promise<void> {
		this.#where = whereFrom(hash);
		const id = this.#where.restaurant;
		if (id === undefined || this.#menuOf === id) return;
		this.#menuOf = id;
		this.#menu = undefined;
		this.#basket = undefined;
		try {
			const menu = await call<Menu>(menuPath(id));
			if (this.#menuOf !== id) return;
			const basket = new Basket(id);
			this.#dropped = basket.fit(menu);
			this.#basket = basket;
			this.#gone = menu.sold_out ?? nothing;
			this.#menu = menu;
		} catch (err) {
			if (this.#menuOf !== id) return; // the guest has gone on to another
			this.#menuOf = '';
			this.#lost = !(err instanceof Refusal);
			if (err instanceof Refusal) location.hash = '#/';
		}
	}
}

function menuPath(id: string): string {
	return `/api/restaurants/${encodeURIComponent(id)}/menu`;
}
