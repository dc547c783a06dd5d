import { call, Refusal, type Ticket } from '@awesome/ui';

const most = 4; // digits of a number: 9,999 orders on one day

/** Dial finds a ticket of the shift by its number, wherever it is by now. */
export class Dial {
	#number = $state('');
	#found = $state.raw<Ticket | undefined>();
	#state = $state<'empty' | 'looking' | 'found' | 'none' | 'lost'>('empty');
	#timer: ReturnType<typeof setTimeout> | undefined;
	#turn = 0;

	get number(): string {
		return this.#number;
	}

	/** number that is asked for: what is no digit is left out. */
	set number(text: string) {
		const digits = text.replace(/\D/g, '').replace(/^0+/, '').slice(0, most);
		if (digits === this.#number) return;
		this.#number = digits;
		this.#look(250);
	}

	get found(): Ticket | undefined {
		return this.#found;
	}

	get state(): 'empty' | 'looking' | 'found' | 'none' | 'lost' {
		return this.#state;
	}

	type(digit: string): void {
		this.number = this.#number + digit;
	}

	wipe(): void {
		this.number = this.#number.slice(0, -1);
	}

	/** end forgets what was asked for. */
	end(): void {
		this.number = '';
	}

	/** look asks when nobody has typed for a moment; the answer to what was asked before is none. */
	#look(pause: number): void {
		clearTimeout(this.#timer);
		const turn = ++this.#turn;
		this.#found = undefined;
		this.#state = this.#number === '' ? 'empty' : 'looking';
		if (this.#number !== '') this.#timer = setTimeout(() => void this.#ask(this.#number, turn), pause);
	}

	async #ask(number: string, turn: number): Promise<void> {
		try {
			const { tickets } = await call<{ tickets: Ticket[] }>(`/api/recent?number=${number}`);
			if (turn !== this.#turn) return;
			this.#found = tickets[0];
			this.#state = tickets[0] ? 'found' : 'none';
		} catch (err) {
			if (turn === this.#turn) this.#state = err instanceof Refusal ? 'none' : 'lost';
		}
	}
}

/** recallable: there is a step of the ticket that a hand can take back here. What a driver has does not come back by itself. */
export function recallable(t: Ticket): boolean {
	if (t.voided || t.number < 1) return false;
	if (t.state === 'handed_over') return t.fulfilment !== 'delivery';
	return ['queued', 'preparing', 'baking', 'quality_check', 'ready'].includes(t.state) && t.items.some((i) => i.state !== 'queued');
}
