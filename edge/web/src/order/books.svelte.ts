import { Refusal } from '@awesome/ui';
import type { Desk } from './desk.svelte.ts';
import type { Order, Run, Till } from './shapes.ts';

const pause = 2000; // ms between two looks, however busy the kitchen is

/** Books are what the counter keeps at hand of the restaurant: its orders, who is out with some, the till. They are read again, never more often than pause. */
export class Books {
	#orders = $state.raw<Order[]>([]);
	#runs = $state.raw<Run[]>([]);
	#till = $state.raw<Till | undefined>();
	#lastRead = -Infinity; // by performance.now(), which nobody sets
	#reads = 0; // begun
	#next: ReturnType<typeof setTimeout> | undefined;

	/** lists says whether all the orders are in view: otherwise they are not read. */
	constructor(
		private readonly desk: Desk,
		private readonly lists: () => boolean,
	) {}

	get orders(): Order[] {
		return this.#orders;
	}

	get runs(): Run[] {
		return this.#runs;
	}

	/** till is the drawer; undefined while nobody is signed in who may look into it. */
	get till(): Till | undefined {
		return this.#till;
	}

	/** soon reads after a moment if it has just been done: in a rush the kitchen changes several times in a second. */
	soon(): void {
		this.#next ??= setTimeout(() => void this.read(), Math.max(0, this.#lastRead + pause - performance.now()));
	}

	stop(): void {
		clearTimeout(this.#next);
	}

	async read(): Promise<void> {
		clearTimeout(this.#next);
		this.#next = undefined;
		this.#lastRead = performance.now();
		const turn = ++this.#reads;
		const [orders, runs, till] = await Promise.allSettled([
			this.lists() ? this.desk.peek<{ orders: Order[] }>('/api/orders') : Promise.resolve({ orders: this.#orders }),
			this.desk.peek<{ runs: Run[] }>('/api/runs'),
			this.desk.peek<Till>('/api/till'),
		]);
		if (turn !== this.#reads) return; // what was asked for later knows more
		if (orders.status === 'fulfilled') this.#orders = orders.value.orders;
		if (runs.status === 'fulfilled') this.#runs = runs.value.runs;
		if (till.status === 'fulfilled') this.#till = till.value;
		else if (till.reason instanceof Refusal) this.#till = undefined;
	}

	/** openTill looks into the till, asking for whoever may. */
	async openTill(): Promise<void> {
		if (!this.#till) this.#till = await this.desk.run(() => this.desk.read<Till>('/api/till'));
	}
}
