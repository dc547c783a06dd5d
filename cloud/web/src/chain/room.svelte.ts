import { Refusal, type Instant } from '@awesome/ui';
import { byKey, none, without, withEntry } from '../maps.ts';
import { Stream } from '../stream.svelte.ts';
import { ended } from '../track/stages.ts';
import type { Order, Place } from '../wire.ts';
import type { Restaurant } from '../shop/restaurant.ts';
import type { House, QueuedOrder } from './house.ts';
import type { Staff } from './staff.svelte.ts';

export interface DriverView {
	id: string;
	name: string;
	phone: string;
	vehicle: string;
	restaurant_id: string;
	status: 'offline' | 'available' | 'busy' | 'on_break' | 'end_of_shift';
	position: (Place & { at: Instant }) | null;
	orders: string[];
}

export interface NodeView {
	version: string;
	backlog: number;
	oldest_unsent: Instant | null;
	clock_ahead_ms: number;
	open: number;
}

/** Told is an order and when its age was told, in ms since 1970. */
type Told = QueuedOrder & { toldAt: number };

/** Room is one restaurant as if standing in it: its open orders live, its node, the drivers around it. */
export class Room {
	#house = $state.raw<House | undefined>();
	#orders = $state.raw<ReadonlyMap<string, Told>>(none());
	#restaurant = $state.raw<Restaurant | undefined>();
	#drivers = $state.raw<DriverView[]>([]);
	#node = $state.raw<NodeView | undefined>();
	#stream: Stream | undefined;

	constructor(
		readonly id: string,
		private readonly staff: Staff,
	) {}

	get house(): House | undefined {
		return this.#house;
	}

	get restaurant(): Restaurant | undefined {
		return this.#restaurant;
	}

	get node(): NodeView | undefined {
		return this.#node;
	}

	/** orders that have not ended, oldest first. */
	orders(now: number): (QueuedOrder & { age: number })[] {
		return [...this.#orders.values()]
			.map((o) => ({ ...o, age: o.age_s + Math.max(0, Math.floor((now - o.toldAt) / 1000)) }))
			.sort((a, b) => b.age - a.age);
	}

	/** drivers who are on shift and belong here, or to all. */
	get drivers(): DriverView[] {
		return this.#drivers.filter((d) => (d.restaurant_id === '' || d.restaurant_id === this.id) && d.status !== 'offline' && d.status !== 'end_of_shift');
	}

	/** nameOf is a driver's name, on shift or not. */
	nameOf(driver: string): string {
		return this.#drivers.find((d) => d.id === driver)?.name ?? driver;
	}

	follow(): () => void {
		const stream = new Stream({
			url: `/api/dashboard/${encodeURIComponent(this.id)}/stream`,
			headers: this.staff.headers,
			onEvent: (event, data) => this.take(event, data),
			onRefused: (status) => this.staff.refused(status),
		});
		this.#stream = stream;
		void stream.run();
		void this.look();
		const timer = setInterval(() => void this.look(), 5_000);
		return () => {
			stream.stop();
			clearInterval(timer);
		};
	}

	poke(): void {
		this.#stream?.poke();
	}

	take(event: string, data: unknown): void {
		if (event === 'snapshot') {
			const s = data as { restaurant: House; orders: QueuedOrder[] };
			this.#house = s.restaurant;
			this.#orders = byKey(s.orders.map((o) => ({ ...o, toldAt: Date.now() })), (o) => o.order_id);
		} else if (event === 'restaurant') {
			this.#house = data as House;
		} else if (event === 'order') {
			const o = data as QueuedOrder;
			this.#orders = ended(o.status) ? without(this.#orders, o.order_id) : withEntry(this.#orders, o.order_id, { ...o, toldAt: Date.now() });
		}
	}

	/** look reads what no stream tells: where the drivers are, how the node fares. What cannot be read stays as it was. */
	async look(): Promise<void> {
		const id = encodeURIComponent(this.id);
		const [drivers, status, restaurant] = await Promise.all([
			this.staff.call<{ drivers: DriverView[] }>('/api/drivers').catch(() => undefined),
			this.staff.call<{ node: NodeView }>(`/api/kitchen/${id}/status`).catch(() => undefined),
			this.#restaurant ?? this.staff.call<Restaurant>(`/api/restaurants/${id}`).catch(() => undefined),
		]);
		if (drivers) this.#drivers = drivers.drivers;
		if (status) this.#node = status.node;
		this.#restaurant = restaurant;
	}
}

/** Hand is a line of an order's history that no status tells: through whose hands it went. */
export interface Hand {
	at: Instant;
	act: string;
	driver: { id: string; name: string } | null;
	courier: string;
	by: string;
	because: string;
}

/** One order, read again whenever its version moves. */
export class Chosen {
	#order = $state.raw<Order | undefined>();
	#hands = $state.raw<Hand[]>([]);
	#missing = $state(false);
	#refusal = $state('');
	#asked = 0; // reads that were begun
	#seen = 0; // the last of them whose answer is shown

	constructor(
		readonly id: string,
		private readonly staff: Staff,
	) {}

	/** hands are through whose hands it went, oldest first. */
	get hands(): Hand[] {
		return this.#hands;
	}

	get order(): Order | undefined {
		return this.#order;
	}

	get missing(): boolean {
		return this.#missing;
	}

	/** refusal is why the last action was not done. */
	get refusal(): string {
		return this.#refusal;
	}

	/** read reads it again. An answer behind a later one, or behind what was done meanwhile, is none. */
	async read(): Promise<void> {
		const turn = ++this.#asked;
		const id = encodeURIComponent(this.id);
		try {
			const order = await this.staff.call<Order>(`/api/orders/${id}`);
			if (turn < this.#seen) return;
			this.#seen = turn;
			this.#take(order);
			this.#missing = false;
			const said = await this.staff.call<{ hands: Hand[] }>(`/api/hq/orders/${id}/hands`).catch(() => undefined);
			if (said && turn === this.#seen) this.#hands = said.hands;
		} catch (err) {
			if (turn >= this.#seen) this.#missing = err instanceof Refusal && err.problem.status === 404;
		}
	}

	async cancel(reason: string): Promise<void> {
		this.#refusal = '';
		try {
			this.#take(await this.staff.call<Order>(`/api/orders/${encodeURIComponent(this.id)}/cancel`, { body: { reason } }));
		} catch (err) {
			this.#refusal = err instanceof Error ? err.message : String(err);
		}
	}

	#take(order: Order): void {
		if (order.version >= (this.#order?.version ?? 0)) this.#order = order;
	}
}
