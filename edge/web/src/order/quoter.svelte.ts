import { call, Refusal } from '@awesome/ui';
import type { Alternative, Lack, Quote } from './shapes.ts';

/** Wrong is a line of the basket that the menu does not have like this; product is what of it is gone from the menu altogether. */
export interface Wrong {
	line: number;
	product: string | undefined;
}

/** wrongOf is which line a refusal is about; undefined: about none, or not about what is on it. */
function wrongOf(err: unknown): Wrong | undefined {
	if (!(err instanceof Refusal) || err.problem.code !== 'invalid_line') return undefined;
	const at = /^lines\[(\d+)\]\.(product|half|size|crust|sauce|cut|toppings)\b/.exec(String(err.problem['path']));
	if (!at) return undefined;
	const product = err.problem['product'];
	return { line: Number(at[1]), product: typeof product === 'string' ? product : undefined };
}

/** Quoter asks what the basket costs and when it would be ready, a moment after the basket has changed. A quote of another basket is none. */
export class Quoter {
	#quote = $state.raw<Quote | undefined>();
	#lacks = $state.raw<Lack[]>([]);
	#others = $state.raw<Alternative[]>([]);
	#untimely = $state(false);
	#wrong = $state.raw<Wrong | undefined>();
	#timer: ReturnType<typeof setTimeout> | undefined;
	#turn = 0;

	get quote(): Quote | undefined {
		return this.#quote;
	}

	/** lacks is what of the basket cannot be had, others what can instead. */
	get lacks(): readonly Lack[] {
		return this.#lacks;
	}

	get others(): readonly Alternative[] {
		return this.#others;
	}

	/** untimely: for the time that was chosen nothing can be ordered. */
	get untimely(): boolean {
		return this.#untimely;
	}

	/** wrong is the first line of the basket that the menu does not have, or does not have any more. */
	get wrong(): Wrong | undefined {
		return this.#wrong;
	}

	/** ask forgets the last quote and asks for another; an empty basket costs nothing. */
	ask(body: Record<string, unknown> | undefined, pause = 200): void {
		clearTimeout(this.#timer);
		this.#quote = undefined;
		this.#wrong = undefined; // its place may be another line's by now
		const turn = ++this.#turn;
		if (!body) {
			this.refused(undefined);
			return;
		}
		this.#timer = setTimeout(() => void this.#answer(body, turn), pause);
	}

	/** again asks for the same basket once more, whose promise moves on with the kitchen. */
	again(body: Record<string, unknown> | undefined): void {
		if (body) void this.#answer(body, ++this.#turn);
	}

	/** refused takes what a refusal says of what is sold out, of the menu and of the time; it reports whether it said so. */
	refused(err: unknown): boolean {
		const sold = err instanceof Refusal && err.problem.code === 'sold_out';
		this.#lacks = sold ? ((err.problem['sold_out'] as Lack[] | undefined) ?? []) : [];
		this.#others = sold ? ((err.problem['alternatives'] as Alternative[] | undefined) ?? []) : [];
		this.#untimely = err instanceof Refusal && err.problem['path'] === 'fire_at';
		this.#wrong = wrongOf(err);
		return sold || this.#untimely || this.#wrong !== undefined;
	}

	async #answer(body: Record<string, unknown>, turn: number): Promise<void> {
		try {
			const quote = await call<Quote>('/api/quote', { body });
			if (turn !== this.#turn) return;
			this.#quote = quote;
			this.refused(undefined);
		} catch (err) {
			if (turn !== this.#turn) return;
			if (this.refused(err)) this.#quote = undefined; // anything else is said when the order is placed
		}
	}
}
