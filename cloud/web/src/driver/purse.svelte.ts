import { call, Refusal, type Instant, type Money } from '@awesome/ui';
import { Shelf } from '../shelf.ts';
import type { Deeds } from './deeds.svelte.ts';

/** A driver's cash bag as the cloud has it. */
export interface Bag {
	id: string;
	opened_at: Instant;
	float: Money;
	collected: Money;
	dropped: Money;
	expected: Money;
	taken: { order_id: string; amount: Money }[];
	closed_at: Instant | null;
	counted: Money | null;
	difference: Money | null;
}

interface Known {
	currency: string;
	bag: Bag | null;
	loose?: Loose[]; // an older cloud does not say
}

/** Loose is what guests paid while no bag was open. */
interface Loose {
	amount: Money;
	taken: { order_id: string }[];
}

/** Purse is the cash a driver carries: what the cloud knows, with what waits on this phone taken for done. */
export class Purse {
	#known = $state.raw<Known | undefined>();
	#shelf: Shelf<Known>;
	#forgotten = false;

	constructor(
		private readonly driver: string,
		private readonly headers: () => Record<string, string>,
		private readonly deeds: Deeds,
	) {
		this.#shelf = new Shelf(`bag.${driver}`);
		this.#known = this.#shelf.read();
	}

	/** known: the cloud was asked once, so that sums are in its currency. */
	get known(): boolean {
		return this.#known !== undefined;
	}

	money(minor: number): Money {
		return { minor, currency: this.#known?.currency ?? 'USD' };
	}

	/** open is the id of the bag that is carried now. */
	get open(): string | undefined {
		for (const d of this.deeds.done.reverse()) {
			if (d.what.kind !== 'bag') continue;
			if (d.what.act === 'open') return d.what.bag;
			if (d.what.act === 'close') return undefined;
		}
		const b = this.#known?.bag;
		return b && !b.closed_at ? b.id : undefined;
	}

	/** float, what guests paid, how many of them, and what went into the safe. */
	get sums(): { float: number; collected: number; stops: number; dropped: number; expected: number } {
		const mine = this.open;
		const b = this.#known?.bag?.id === mine ? this.#known?.bag : undefined;
		let [float, collected, stops, dropped] = [b?.float.minor ?? 0, b?.collected.minor ?? 0, b?.taken.length ?? 0, b?.dropped.minor ?? 0];
		for (const { what } of this.deeds.done) {
			if (what.kind === 'bag' && what.act === 'open' && what.bag === mine && !b) float = what.minor;
			if (what.kind === 'bag' && what.act === 'drop') dropped += what.minor;
			if (what.kind === 'order' && what.verb === 'deliver' && what.cash && !b?.taken.some((t) => t.order_id === what.order)) {
				collected += what.cash;
				stops++;
			}
		}
		return { float, collected, stops, dropped, expected: float + collected - dropped };
	}

	/** last is the bag that was checked out last, while none is open. */
	get last(): Bag | undefined {
		const b = this.#known?.bag;
		return b?.closed_at && this.open === undefined ? b : undefined;
	}

	/** loose is cash that is in no bag: it goes into the next one. */
	get loose(): Loose[] {
		return this.open === undefined ? (this.#known?.loose ?? []) : [];
	}

	async look(): Promise<void> {
		const mark = this.deeds.mark;
		try {
			const known = await call<Known>(`/api/drivers/${encodeURIComponent(this.driver)}/bag`, { headers: this.headers() });
			if (this.#forgotten) return;
			this.#known = known;
			this.#shelf.write(this.#known);
			this.deeds.settle(mark, true);
		} catch (err) {
			if (err instanceof Refusal && err.problem.status === 404) this.#known = undefined;
		}
	}

	/** forget keeps nothing, and takes nothing any more. */
	forget(): void {
		this.#forgotten = true;
		this.#shelf.clear();
	}
}

/** minorOf reads a sum as people type it, in minor units; undefined: it is none. "12,5" and "12.50" are the same. */
export function minorOf(typed: string, currency: string): number | undefined {
	const digits = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
	const found = /^\s*(\d{1,6})(?:[.,](\d+))?\s*$/.exec(typed);
	if (!found || (found[2]?.length ?? 0) > digits) return undefined;
	return Number(found[1]) * 10 ** digits + Number((found[2] ?? '').padEnd(digits, '0') || 0);
}
