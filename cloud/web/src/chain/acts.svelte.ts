import { Refusal } from '@awesome/ui';
import { byKey, none } from '../maps.ts';
import { everything, queryOf, type Act, type Filter } from './acts.ts';
import type { Staff } from './staff.svelte.ts';

const lookEvery = 15_000; // ms, while the newest lines are shown
const pageSize = 50;

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
	#names = $state.raw<ReadonlyMap<string, { id: string; name: string }>>(none());

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
		return this.#names.get(driver)?.name ?? driver;
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
			if (all) this.#names = byKey(all.drivers, (d) => d.id);
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
