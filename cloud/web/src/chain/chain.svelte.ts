import { byKey, none, withEntry } from '../maps.ts';
import { Stream } from '../stream.svelte.ts';
import { noTrouble, type Trouble } from './care.ts';
import { sumsOf, worstFirst, type House, type Sums } from './house.ts';
import type { Staff } from './staff.svelte.ts';
import type { Link } from '../wire.ts';

interface FleetNode extends Trouble {
	restaurant_id: string;
	link: Link;
	node: { backlog: number };
}

const lookEvery = 5_000; // ms

/** Chain is all restaurants, live. */
export class Chain {
	#houses = $state.raw<ReadonlyMap<string, House>>(none());
	#troubles = $state.raw<ReadonlyMap<string, Trouble>>(none());
	#stream = $state.raw<Stream | undefined>();
	#loaded = $state(false);

	constructor(private readonly staff: Staff) {}

	get loaded(): boolean {
		return this.#loaded;
	}

	get sums(): Sums {
		return sumsOf([...this.#houses.values()]);
	}

	/** worst first. */
	worst(now: number): House[] {
		return worstFirst([...this.#houses.values()], now);
	}

	house(id: string): House | undefined {
		return this.#houses.get(id);
	}

	/** trouble is what of a restaurant needs a person. */
	trouble(id: string): Trouble {
		return this.#troubles.get(id) ?? noTrouble;
	}

	get connected(): boolean {
		return this.#stream?.connected ?? false;
	}

	/** lostAt is since when this page hears nothing, or undefined. */
	get lostAt(): number | undefined {
		return this.#stream?.lostAt;
	}

	get heardAt(): number {
		return this.#stream?.heardAt ?? 0;
	}

	/** look reads what no stream tells: how much each node has yet to send, when it was heard, and what needs a person. */
	async look(): Promise<void> {
		const before = this.#houses;
		const fleet = await this.staff.call<{ nodes: FleetNode[] }>('/api/fleet').catch(() => undefined);
		if (fleet) this.#troubles = byKey(fleet.nodes, (n) => n.restaurant_id);
		for (const n of fleet?.nodes ?? []) {
			const h = this.#houses.get(n.restaurant_id);
			const link = h === before.get(n.restaurant_id) ? n.link : undefined; // else the stream has told of it since
			if (h) this.#houses = withEntry(this.#houses, h.id, { ...h, ...(link ? { link } : {}), backlog: n.node.backlog });
		}
	}

	/** follow opens the stream as whoever sits here; the returned function ends it. */
	follow(): () => void {
		const stream = new Stream({
			url: '/api/dashboard/stream',
			headers: this.staff.headers,
			onEvent: (event, data) => this.take(event, data),
			onRefused: (status) => this.staff.refused(status),
		});
		this.#stream = stream;
		void stream.run();
		void this.look();
		const timer = setInterval(() => void this.look(), lookEvery);
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
			this.#houses = byKey((data as { restaurants: House[] }).restaurants, (h) => h.id);
			this.#loaded = true;
		} else if (event === 'restaurant') {
			const h = data as House;
			this.#houses = withEntry(this.#houses, h.id, h);
		}
	}
}
