import type { Instant, Money } from '@awesome/ui';
import { instant } from '../time.ts';
import type { Staff } from './staff.svelte.ts';

/** How long something took: of how many orders that is known, the middle one, and what nine in ten do not exceed, in seconds. */
export interface Spread {
	n: number;
	p50_s: number;
	p90_s: number;
}

export const parts = ['load', 'rack', 'out_the_door', 'on_road', 'door', 'delivery'] as const;
export type Part = (typeof parts)[number];

export type Figures = Record<Part, Spread> & { orders: number; delivered: number; late: number; afar: number; unseen: number };

const hour = 3_600_000;
const span = 3 * hour;
const week = 7 * 24 * hour;
const lookEvery = 30_000;

/** Strip is how the parts of deliveries fare, of all restaurants or one, against the same hours a week ago. */
export class Strip {
	#now = $state.raw<Figures | undefined>();
	#then = $state.raw<Figures | undefined>();

	constructor(
		private readonly staff: Staff,
		private readonly restaurant = '',
	) {}

	get now(): Figures | undefined {
		return this.#now;
	}

	/** then is a week ago, when there was anything. */
	get then(): Figures | undefined {
		return this.#then && this.#then.orders > 0 ? this.#then : undefined;
	}

	/** query is the span of now, for who wants each order of it. */
	query(to = Date.now()): string {
		return `from=${instant(to - span)}&to=${instant(to)}${this.restaurant ? `&restaurant_id=${encodeURIComponent(this.restaurant)}` : ''}`;
	}

	async look(): Promise<void> {
		const at = Date.now();
		const ask = (to: number) => this.staff.call<Figures>(`/api/dashboard/figures?${this.query(to)}`).catch(() => undefined);
		const [now, then] = await Promise.all([ask(at), ask(at - week)]);
		if (now) this.#now = now;
		if (then) this.#then = then;
	}

	follow(): () => void {
		void this.look();
		const timer = setInterval(() => void this.look(), lookEvery);
		return () => clearInterval(timer);
	}
}

/** A driver's cash bag. */
export interface BagView {
	id: string;
	driver_id: string;
	opened_at: Instant;
	expected: Money;
	closed_at: Instant | null;
	counted: Money | null;
	difference: Money | null;
	note: string;
}

/** What a restaurant knows of its drivers' cash. */
export interface Cash {
	bags: BagView[];
	loose?: { driver_id: string; amount: Money; taken: { order_id: string }[] }[]; // in no bag
	more_than_in_bag?: { driver_id: string; at: Instant; amount: Money | null }[]; // drops that were refused
}

/** What an order's run proves. */
export interface Run {
	proofs: { kind: 'photo' | 'name' | 'code'; by: string; at: Instant; name: string }[];
	evidence: { kind: 'at_restaurant' | 'left_restaurant' | 'at_door' | 'left_door'; driver_id: string; at: Instant; metres: number }[];
}
