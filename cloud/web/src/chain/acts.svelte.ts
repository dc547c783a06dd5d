import { Refusal, type Instant } from '@awesome/ui';
import { instant } from '../time.ts';
import type { Staff } from './staff.svelte.ts';

/** Act is a line of the log: what somebody did in the chain's name. */
export interface Act {
	n: number;
	at: Instant;
	who: { role: string; id: string; restaurant_id: string };
	what: string;
	on: { kind: '' | 'order' | 'driver' | 'restaurant'; id: string; label: string; restaurant_id: string };
	outcome: 'done' | 'refused' | 'failed';
	code: string;
	changes: { field: string; from: string; to: string }[];
	request_id: string;
}

/** Filter says which lines are shown: days as the page writes them (2026-11-28), the rest as the cloud takes it; empty is all. */
export interface Filter {
	from: string;
	to: string;
	who: string;
	what: string;
	on: string;
	restaurant: string;
	outcome: string;
}

export const everything: Filter = { from: '', to: '', who: '', what: '', on: '', restaurant: '', outcome: '' };

const lookEvery = 15_000; // ms, while the newest lines are shown
const pageSize = 50;

/** queryOf is a filter as the cloud takes it: a day begins at midnight of who looks, and the last one is shown whole. */
export function queryOf(f: Filter): URLSearchParams {
	const q = new URLSearchParams();
	const midnight = (day: string, later: number) => {
		const [y = 0, m = 1, d = 1] = day.split('-').map(Number);
		return instant(new Date(y, m - 1, d + later).getTime());
	};
	if (f.from) q.set('from', midnight(f.from, 0));
	if (f.to) q.set('to', midnight(f.to, 1));
	for (const [name, value] of [['who', f.who], ['what', f.what], ['on', f.on.trim()], ['restaurant_id', f.restaurant], ['outcome', f.outcome]] as const) if (value) q.set(name, value);
	return q;
}

/** Log is the log of acts as one page shows it: the newest lines that a filter lets through, and older ones when asked for. */
export class Log {
	#lines = $state.raw<Act[]>([]);
	#next = $state<string | null>(null);
	#keptDays = $state(0);
	#heardAt = $state(0);
	#refusal = $state('');
	#busy = $state(false);
	#filter = everything;
	#turn = 0;
	#older = false;
	#names = $state.raw<ReadonlyMap<string, string>>(new Map());

	constructor(private readonly staff: Staff) {}

	get lines(): Act[] {
		return this.#lines;
	}

	/** more: there are older lines. */
	get more(): boolean {
		return this.#next !== null;
	}

	get keptDays(): number {
		return this.#keptDays;
	}

	get heardAt(): number {
		return this.#heardAt;
	}

	/** refusal is why there is nothing newer. */
	get refusal(): string {
		return this.#refusal;
	}

	get busy(): boolean {
		return this.#busy;
	}

	/** nameOf is a driver's name. */
	nameOf(driver: string): string {
		return this.#names.get(driver) ?? driver;
	}

	/** report is where the same lines are as a table. */
	get report(): string {
		return `/api/hq/acts/report?${queryOf(this.#filter).toString()}`;
	}

	show(f: Filter): Promise<void> {
		this.#filter = { ...f };
		this.#older = false;
		return this.#look('');
	}

	/** back shows what comes before the last line. */
	back(): Promise<void> {
		if (this.#next === null) return Promise.resolve();
		this.#older = true;
		return this.#look(this.#next);
	}

	/** follow looks again and again, until somebody reads what is older. */
	follow(): () => void {
		void this.#call<{ drivers: { id: string; name: string }[] }>('/api/drivers').then((all) => {
			if (all) this.#names = new Map(all.drivers.map((d) => [d.id, d.name]));
		});
		const timer = setInterval(() => {
			if (!this.#older && !this.#busy) void this.#look('');
		}, lookEvery);
		return () => clearInterval(timer);
	}

	async #look(after: string): Promise<void> {
		const turn = ++this.#turn;
		const q = queryOf(this.#filter);
		q.set('limit', String(pageSize));
		if (after) q.set('after', after);
		this.#busy = true;
		try {
			const page = await this.staff.call<{ acts: Act[]; next: string | null; kept_days: number }>(`/api/hq/acts?${q.toString()}`);
			if (turn !== this.#turn) return; // something else was asked for since
			this.#lines = after ? [...this.#lines, ...page.acts] : page.acts;
			this.#next = page.next;
			this.#keptDays = page.kept_days;
			this.#heardAt = Date.now();
			this.#refusal = '';
		} catch (err) {
			if (turn === this.#turn) this.#refusal = err instanceof Refusal ? (err.problem.detail ?? err.message) : err instanceof Error ? err.message : String(err);
		} finally {
			if (turn === this.#turn) this.#busy = false;
		}
	}

	#call<T>(url: string): Promise<T | undefined> {
		return this.staff.call<T>(url).catch(() => undefined);
	}
}
