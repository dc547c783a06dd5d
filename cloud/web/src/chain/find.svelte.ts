import { Refusal } from '@awesome/ui';
import type { Order } from '../wire.ts';
import type { Staff } from './staff.svelte.ts';

const most = 50; // orders of one number that are shown

/** Finder looks for an order by its id, or by the number that kitchens call it by: they begin anew every day, so that there may be several. */
export class Finder {
	text = $state('');
	#day = $state('');
	#numbered = $state(false);
	#found = $state.raw<Order[] | undefined>();
	#more = $state(false);
	#failed = $state<string | undefined>();
	#busy = $state(false);
	#turn = 0;

	constructor(private readonly staff: Staff) {}

	/** day that guests wanted it on, as 2026-07-03; empty: any. */
	get day(): string {
		return this.#day;
	}

	/** numbered: it was looked for by number, so that a day may tell it from others. */
	get numbered(): boolean {
		return this.#numbered;
	}

	/** found are the orders, newest first; undefined: nothing was looked for, or it is not known. */
	get found(): Order[] | undefined {
		return this.#found;
	}

	/** more: there are others. */
	get more(): boolean {
		return this.#more;
	}

	/** failed is why nobody knows; empty when the cloud did not answer. */
	get failed(): string | undefined {
		return this.#failed;
	}

	get busy(): boolean {
		return this.#busy;
	}

	/** shown: there is something to say. */
	get shown(): boolean {
		return this.#busy || this.#found !== undefined || this.#failed !== undefined;
	}

	close(): void {
		this.#turn++;
		this.#found = this.#failed = undefined;
		this.#busy = this.#more = false;
		this.#day = '';
	}

	/** look looks for what was typed, on any day. It returns the order when there is just one. */
	look(): Promise<Order | undefined> {
		this.close();
		return this.#ask();
	}

	/** on looks once more, among the orders of a day. */
	on(day: string): Promise<Order | undefined> {
		this.#day = day;
		return this.#ask();
	}

	async #ask(): Promise<Order | undefined> {
		const wanted = this.text.trim();
		if (wanted === '') return undefined;
		const turn = ++this.#turn;
		this.#numbered = /^[1-9]\d{0,5}$/.test(wanted);
		this.#busy = true;
		this.#failed = undefined;
		try {
			const { orders, more } = await (this.#numbered ? this.#byNumber(wanted) : this.#byID(wanted));
			if (turn !== this.#turn) return undefined;
			this.#found = orders;
			this.#more = more;
			this.#busy = false;
			return orders.length === 1 ? orders[0] : undefined;
		} catch (err) {
			if (turn !== this.#turn) return undefined;
			this.#found = undefined;
			this.#failed = err instanceof Refusal ? err.message : '';
			this.#busy = false;
			return undefined;
		}
	}

	#byNumber(number: string): Promise<{ orders: Order[]; more: boolean }> {
		const day = this.#day === '' ? '' : `&day=${encodeURIComponent(this.#day)}`;
		return this.staff.call(`/api/hq/orders?number=${number}${day}&limit=${most}`);
	}

	async #byID(id: string): Promise<{ orders: Order[]; more: boolean }> {
		try {
			return { orders: [await this.staff.call<Order>(`/api/orders/${encodeURIComponent(id)}`)], more: false };
		} catch (err) {
			if (err instanceof Refusal && err.problem.status === 404) return { orders: [], more: false };
			throw err;
		}
	}
}
