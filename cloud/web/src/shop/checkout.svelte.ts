import { call, Refusal, uuid, type Problem } from '@awesome/ui';
import { Shelf } from '../shelf.ts';
import type { Basket, Order, Quote, QuoteRequest } from '../wire.ts';

/** Attempt is an order that was sent and whose answer is not known yet. */
interface Attempt {
	key: string;
	body: string;
}

export type Phase = 'idle' | 'sending' | 'retrying' | 'unknown' | 'refused' | 'placed';

const pauses = [800, 2_000, 4_000]; // ms before the same order is sent again by itself

/**
 * Checkout sends an order exactly once, whatever the network does: the Idempotency-Key is kept with the body until an answer is known,
 * over retries and reloads. The same basket sent again is the same order; another basket is another one.
 */
export class Checkout {
	#phase = $state<Phase>('idle');
	#problem = $state.raw<Problem | undefined>();
	#order = $state.raw<Order | undefined>();
	#shelf = new Shelf<Attempt>('order.sent');

	constructor(private readonly sleep: (ms: number) => Promise<void> = (ms) => new Promise((done) => setTimeout(done, ms))) {
		if (this.#shelf.read()) this.#phase = 'unknown';
	}

	get phase(): Phase {
		return this.#phase;
	}

	get problem(): Problem | undefined {
		return this.#problem;
	}

	/** order is the answer, once placed. */
	get order(): Order | undefined {
		return this.#order;
	}

	/** sent is the basket whose answer is not known yet: after a reload it can be sent again as it was. */
	get sent(): Basket | undefined {
		const body = this.#shelf.read()?.body;
		return body === undefined ? undefined : (JSON.parse(body) as Basket);
	}

	/** place sends the basket until there is an answer, or for some seconds. */
	async place(basket: Basket): Promise<void> {
		if (this.#phase === 'sending' || this.#phase === 'retrying') return;
		const body = JSON.stringify(basket);
		const before = this.#shelf.read();
		const attempt = before?.body === body ? before : { key: uuid(), body };
		this.#shelf.write(attempt);
		this.#problem = undefined;
		this.#phase = 'sending';
		for (let n = 0; ; n++) {
			try {
				this.#order = await call<Order>('/api/orders', { body: basket, headers: { 'Idempotency-Key': attempt.key } });
				this.#shelf.clear();
				this.#phase = 'placed';
				return;
			} catch (err) {
				if (err instanceof Refusal && !passing(err.problem)) return this.#refuse(err.problem);
				const pause = pauses[n];
				if (pause === undefined) {
					this.#phase = 'unknown';
					return;
				}
				this.#phase = 'retrying';
				await this.sleep(pause);
			}
		}
	}

	/** forget gives the unanswered order up: the guest has looked, or does not want it any more. */
	forget(): void {
		this.#shelf.clear();
		this.#problem = undefined;
		this.#phase = 'idle';
	}

	/** settle clears a refusal when the guest has changed something. */
	settle(): void {
		if (this.#phase !== 'refused') return;
		this.#phase = 'idle';
		this.#problem = undefined;
	}

	#refuse(problem: Problem): void {
		this.#shelf.clear();
		this.#problem = problem;
		this.#phase = 'refused';
	}
}

/** passing tells a refusal that says nothing about the order: the same order may be accepted in a moment. */
function passing(p: Problem): boolean {
	return p.status === 429 || p.status >= 500;
}

/** Quotes asks what a basket costs and when it comes, a moment after the last change; only the newest answer counts. */
export class Quotes {
	#quote = $state.raw<Quote | undefined>();
	#problem = $state.raw<Problem | undefined>();
	#waiting = $state(false);
	#asked = '';
	#turn = 0;
	#timer: ReturnType<typeof setTimeout> | undefined;
	#request: AbortController | undefined;

	get quote(): Quote | undefined {
		return this.#quote;
	}

	get problem(): Problem | undefined {
		return this.#problem;
	}

	/** waiting: what is shown may be old, a newer quote is on its way. */
	get waiting(): boolean {
		return this.#waiting;
	}

	constructor(private readonly restaurant: string) {}

	ask(request: QuoteRequest, after = 300): void {
		const body = JSON.stringify(request);
		if (body === this.#asked) return;
		this.#asked = body;
		this.#waiting = true;
		const turn = ++this.#turn;
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => void this.#fetch(request, turn), after);
	}

	/** again asks the same once more: time has passed, or the network is back. */
	again(request: QuoteRequest): void {
		this.#asked = '';
		this.ask(request, 0);
	}

	stop(): void {
		this.#turn++;
		clearTimeout(this.#timer);
		this.#request?.abort();
	}

	async #fetch(request: QuoteRequest, turn: number): Promise<void> {
		this.#request?.abort();
		this.#request = new AbortController();
		try {
			const quote = await call<Quote>(`/api/restaurants/${encodeURIComponent(this.restaurant)}/quote`, { body: request, signal: this.#request.signal });
			if (turn !== this.#turn) return;
			this.#quote = quote;
			this.#problem = undefined;
		} catch (err) {
			if (turn !== this.#turn) return;
			this.#quote = undefined;
			this.#problem = err instanceof Refusal ? err.problem : { code: 'unreached', title: '', status: 0 };
		}
		this.#waiting = false;
	}
}
