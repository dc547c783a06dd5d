import { byKey, none, withEntry } from '../maps.ts';
import { Stream } from '../stream.svelte.ts';
import { sumsOf, worstFirst, type House, type Sums } from './house.ts';
import type { Staff } from './staff.svelte.ts';

/** Chain is all restaurants, live. */
export class Chain {
	#houses = $state.raw<ReadonlyMap<string, House>>(none());
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
		return () => stream.stop();
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
