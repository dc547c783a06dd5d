import { none, withEntry } from '../maps.ts';
import type { Order } from '../wire.ts';
import { away, bearer, called, full, movable, older, type Board, type Planned, type Priority, type WhatIf } from './dispatch.ts';
import type { Staff } from './staff.svelte.ts';

const lookEvery = 4_000; // ms: positions and forecasts move without any order's doing so
const settles = 1_100; // ms after which the board surely knows what was just done: it answers with what it looked up within a second

/** Given is the last order that was given to somebody here, and who had it before. */
export interface Given {
	order: string;
	number: number | null;
	to: string;
	from: string | null;
}

/** Doubt is what is asked once more: that driver is on no shift, or has as many orders as fit. */
export interface Doubt {
	order: string;
	to: string;
	why: 'away' | 'full';
}

/** Desk is where a dispatcher sits: a zone's board, kept current, and what one does at it. */
export class Desk {
	#board = $state.raw<Board | undefined>();
	#heardAt = $state(0);
	#missing = $state('');
	#refusal = $state('');
	#given = $state.raw<Given | undefined>();
	#undone = $state(false);
	#doubt = $state.raw<Doubt | undefined>();
	#busy = $state(false);
	#moved = $state('');
	#answers = $state.raw<ReadonlyMap<string, WhatIf>>(none());
	#settledAt = 0; // by performance.now(), which nobody sets
	#timer: ReturnType<typeof setTimeout> | undefined;

	constructor(
		readonly restaurant: string, // whose zone it is; the first one with ''
		private readonly staff: Staff,
	) {}

	get board(): Board | undefined {
		return this.#board;
	}

	/** heardAt is when the board was read last, in ms since 1970; 0 before the first time. */
	get heardAt(): number {
		return this.#heardAt;
	}

	/** missing is why there is no board. */
	get missing(): string {
		return this.#missing;
	}

	/** refusal is why the last thing was not done. */
	get refusal(): string {
		return this.#refusal;
	}

	get given(): Given | undefined {
		return this.#given;
	}

	/** doubt is what is asked once more before it is done: that driver is on no shift, or has as much as fits. */
	get doubt(): Doubt | undefined {
		return this.#doubt;
	}

	/** undone: the last gift was taken back. */
	get undone(): boolean {
		return this.#undone;
	}

	/** moved is the order that was just given to somebody else, until the plan has reckoned with it: nobody knows yet when it is where. */
	get moved(): string {
		return this.#moved;
	}

	get busy(): boolean {
		return this.#busy;
	}

	order(id: string): Planned | undefined {
		return this.#board?.orders.find((o) => o.order_id === id);
	}

	nameOf(driver: string | null): string {
		const all = this.#board?.drivers ?? [];
		const d = all.find((x) => x.id === driver);
		return d ? called(d, all) : (driver ?? '');
	}

	/** undoable: what was given is still where it was put, and not fetched. */
	get undoable(): boolean {
		const o = this.#given && this.order(this.#given.order);
		return !this.#undone && o?.driver_id === this.#given?.to && o?.delivery === 'assigned';
	}

	/** answer is what one driver more at a restaurant was last said to change. */
	answer(restaurant: string): WhatIf | undefined {
		return this.#answers.get(restaurant);
	}

	async look(): Promise<void> {
		const begun = performance.now();
		const query = this.restaurant === '' ? '' : `?restaurant_id=${encodeURIComponent(this.restaurant)}`;
		try {
			const seen = await this.staff.call<Board>(`/api/hq/dispatch${query}`);
			if (begun < this.#settledAt || (this.#board && older(seen.as_of, this.#board.as_of))) return; // older than what is shown
			this.#board = seen;
			this.#moved = '';
			this.#heardAt = Date.now();
			this.#missing = '';
		} catch (err) {
			if (!this.#board) this.#missing = err instanceof Error ? err.message : String(err);
		}
	}

	/** soon reads the board again in a moment: once for all that happens until then. */
	soon(): void {
		this.#timer ??= setTimeout(() => {
			this.#timer = undefined;
			void this.look();
		}, Math.max(settles, this.#settledAt - performance.now()));
	}

	follow(): () => void {
		void this.look();
		const every = setInterval(() => void this.look(), lookEvery);
		return () => {
			clearInterval(every);
			clearTimeout(this.#timer);
			this.#timer = undefined;
		};
	}

	/** forget what was in doubt. */
	forget(): void {
		this.#doubt = undefined;
	}

	/** give an order to a driver by hand; the plan respects it. One who is on no shift, or has as much as fits, gets it when that is said twice. */
	async give(order: string, to: string): Promise<void> {
		const o = this.order(order);
		if (!o || !movable(o) || o.driver_id === to) return;
		const said = this.#doubt?.order === order && this.#doubt.to === to;
		const whom = this.#board?.drivers.find((d) => d.id === to);
		const why = whom && (away(whom) ? 'away' : full(whom) ? 'full' : undefined);
		this.#doubt = why && !said ? { order, to, why } : undefined;
		if (this.#doubt) return;
		const from = o.driver_id;
		const done = await this.#do(o, 'assign-driver', { driver_id: to, ...(from === null ? {} : { instead_of: from }) });
		if (done) this.#given = { order, number: o.number, to, from };
	}

	/** undo gives the order back to who had it, or to the plan. */
	async undo(): Promise<void> {
		const g = this.#given;
		const o = g && this.order(g.order);
		if (!g || !o || !this.undoable) return;
		const done = g.from === null ? await this.#do(o, 'unassign-driver', { driver_id: g.to }) : await this.#do(o, 'assign-driver', { driver_id: g.from, instead_of: g.to });
		if (!done) return;
		this.#given = g;
		this.#undone = true;
	}

	/** prefer has an order go before others, or no more; the next plan respects it. */
	async prefer(order: string, priority: Priority): Promise<void> {
		if (this.#busy) return;
		this.#busy = true;
		this.#refusal = '';
		try {
			await this.staff.call('/api/hq/dispatch/priority', { body: { order_id: order, priority } });
			this.#settledAt = performance.now();
			const b = this.#board;
			if (b) this.#board = { ...b, orders: b.orders.map((o) => (o.order_id === order ? { ...o, priority: { is: priority, because: '', said: true } } : o)) };
		} catch (err) {
			this.#refusal = err instanceof Error ? err.message : String(err);
		} finally {
			this.#busy = false;
			this.soon();
		}
	}

	/** ask what one driver more at a restaurant would change now. */
	async ask(restaurant: string): Promise<void> {
		this.#refusal = '';
		try {
			const said = await this.staff.call<WhatIf>('/api/hq/dispatch/what-if', { body: { extra_drivers: 1, restaurant } });
			this.#answers = withEntry(this.#answers, restaurant, said);
		} catch (err) {
			this.#refusal = err instanceof Error ? err.message : String(err);
		}
	}

	/** do something about who brings an order, and show it before the board knows. */
	async #do(o: Planned, verb: string, body: Record<string, string>): Promise<boolean> {
		if (this.#busy) return false;
		this.#busy = true;
		this.#refusal = '';
		this.#given = undefined;
		this.#undone = false;
		try {
			const now = await this.staff.call<Order>(`/api/orders/${encodeURIComponent(o.order_id)}/${verb}`, { body });
			this.#settledAt = performance.now() + settles;
			this.#show(o.order_id, now);
			return true;
		} catch (err) {
			this.#refusal = err instanceof Error ? err.message : String(err);
			return false;
		} finally {
			this.#busy = false;
			this.soon();
		}
	}

	#show(id: string, now: Order): void {
		const b = this.#board;
		const driver = now.delivery.driver?.id ?? null;
		const changed = (o: Planned): Planned => {
			const plan = driver === bearer(o) ? o.plan : { ...o.plan, driver_id: driver, arrives: null, pick_up: null, door: null, runner_up: null, because: [], reasons: [], stuck: false };
			return { ...o, driver_id: driver, by_hand: driver !== null, offered_to: null, delivery: now.delivery.state, plan };
		};
		if (b) this.#board = { ...b, orders: b.orders.map((o) => (o.order_id === id ? changed(o) : o)) };
		this.#moved = id;
	}
}
