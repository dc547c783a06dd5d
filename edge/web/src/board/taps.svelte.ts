import { insist, Refusal, Unreached, uuid, type Station, type Ticket } from '@awesome/ui';
import { Backed, type Guard, type More } from '../house/desk.svelte.ts';
import type { Whereabout } from './stations.ts';

export type Verb = 'start' | 'bump' | 'recall' | 'remake' | 'hand-over' | 'void' | 'confirm' | 'hold' | 'release' | 'rush' | 'calm' | 'acknowledge';

export interface Tap {
	verb: Verb;
	id?: string | undefined; // under which it is sent; none: a new one
	station?: Station | undefined;
	item?: string | undefined;
	reason?: string | undefined;
	text?: string | undefined; // remake: what was wrong, in words
	notice?: string | undefined; // acknowledge: this one only
	state?: Whereabout | undefined; // confirm: where the food is, if not where the ticket says
	of?: string | undefined; // recall: the id of the tap that is taken back, and no other
}

/** Said is what the screen tells about the last tap. */
export interface Said {
	kind: 'done' | 'undone' | 'refused' | 'lost';
	number: number;
	verb: Verb;
	detail: string;
	code?: string; // of a refusal; of one that is lost: no_answer, when it was sent
	undo: boolean;
	until: number; // ms since 1970
}

export const undoSeconds = 5;

const unnoticed = 300; // ms that nobody minds waiting for an answer

/** Back is what was done here and can be taken back: the taps that do so, under the same ids however often they are sent. */
interface Back {
	turn: number;
	ticket: Ticket;
	recalls: { id: string; of: string }[];
}

/** Outcome of some taps: what became of the last that was tried, and how many were done. */
interface Outcome {
	how: 'done' | 'refused' | 'backed' | 'lost' | 'bounced';
	done: number;
}

const most = 20; // that can be taken back

/** Taps sends what hands do and remembers what can be taken back. A tap whose answer was lost is sent again under its own id: one tap. */
export class Taps {
	#said = $state.raw<Said | undefined>();
	#busy = $state.raw<ReadonlySet<string>>(new Set());
	#slow = $state.raw<ReadonlyMap<string, number>>(new Map()); // numbers of tickets, by order
	#running = new Map<string, { what: string; done: Promise<void> }>();
	#back: Back[] = []; // last at the end
	#turn = 0;
	#timer: ReturnType<typeof setTimeout> | undefined;

	#merge: (ticket: Ticket) => void;
	#reachable: () => boolean;
	#guard: Guard;
	#headers: Record<string, string>;

	/** guard asks for a person when something takes one; headers say which screen this is. */
	constructor(merge: (ticket: Ticket) => void, reachable: () => boolean, guard: Guard = (send) => send({}), headers: Record<string, string> = {}) {
		this.#merge = merge;
		this.#reachable = reachable;
		this.#guard = guard;
		this.#headers = headers;
	}

	get said(): Said | undefined {
		return this.#said;
	}

	busy(ticket: Ticket): boolean {
		return this.#busy.has(ticket.order_id);
	}

	/** slow: a tap of this ticket is on its way for so long that a hand wonders. */
	slow(ticket: Ticket): boolean {
		return this.#slow.has(ticket.order_id);
	}

	/** sending is the number of a ticket whose tap is on its way for long, the last of them. */
	get sending(): number | undefined {
		return [...this.#slow.values()].at(-1);
	}

	/**
	 * act sends one tap after the other for a ticket; the first that is refused ends it. What is done to a ticket whose last tap is still on
	 * its way waits for it; the same once more is a finger that bounced.
	 */
	async act(ticket: Ticket, ...taps: Tap[]): Promise<boolean> {
		const named = taps.map((tap) => ({ ...tap, id: tap.id ?? uuid() }));
		const { how, done } = await this.#run(ticket, named);
		const verb = taps.at(-1)?.verb;
		if (done > 0 && (verb === 'bump' || verb === 'hand-over')) {
			this.#keep({ turn: ++this.#turn, ticket, recalls: named.slice(0, done).reverse().map((tap) => ({ id: uuid(), of: tap.id })) });
		}
		return how === 'done';
	}

	async #run(ticket: Ticket, taps: Tap[]): Promise<Outcome> {
		const what = JSON.stringify(taps.map((tap) => ({ ...tap, id: undefined, of: undefined })));
		for (let running = this.#running.get(ticket.order_id); running; running = this.#running.get(ticket.order_id)) {
			if (running.what === what) return { how: 'bounced', done: 0 };
			await running.done;
		}
		const verb = taps.at(-1)?.verb ?? 'bump';
		if (!this.#reachable()) {
			this.#say({ kind: 'lost', number: ticket.number, verb, detail: '', undo: false });
			return { how: 'lost', done: 0 };
		}
		const { promise, resolve } = later();
		this.#running.set(ticket.order_id, { what, done: promise });
		this.#busy = new Set([...this.#busy, ticket.order_id]);
		let done = 0;
		try {
			for (const tap of taps) {
				this.#merge(await this.#guard((more) => this.#minded(ticket, send(ticket.order_id, tap, more, this.#headers)), { reason: tap.text ?? tap.reason }));
				done++;
			}
			this.#say({ kind: verb === 'recall' ? 'undone' : 'done', number: ticket.number, verb, detail: '', undo: verb === 'bump' || verb === 'hand-over' });
			return { how: 'done', done };
		} catch (err) {
			this.#explain(ticket, verb, err);
			return { how: err instanceof Backed ? 'backed' : err instanceof Refusal ? 'refused' : 'lost', done };
		} finally {
			this.#busy = new Set([...this.#busy].filter((id) => id !== ticket.order_id));
			this.#running.delete(ticket.order_id);
			resolve();
		}
	}

	/** undo takes the last bump back, as long as the offer stands. */
	async undo(): Promise<boolean> {
		await this.#settled();
		return this.#said?.undo ? this.#takeBack() : false;
	}

	/** recallLast takes back the last thing that was bumped here, however long ago. */
	async recallLast(): Promise<boolean> {
		await this.#settled();
		return this.#takeBack();
	}

	async #takeBack(): Promise<boolean> {
		const last = this.#back.at(-1);
		if (!last) {
			this.#say({ kind: 'refused', number: 0, verb: 'recall', detail: '', code: 'nothing_to_recall', undo: false });
			return false;
		}
		this.#back = this.#back.slice(0, -1);
		const { how, done } = await this.#run(last.ticket, last.recalls.map((recall) => ({ verb: 'recall', ...recall })));
		if (how !== 'done' && how !== 'refused') this.#keep({ ...last, recalls: last.recalls.slice(done) }); // the node has said nothing against it
		return how === 'done';
	}

	#keep(back: Back): void {
		this.#back = [...this.#back, back].sort((a, b) => a.turn - b.turn).slice(-most);
	}

	/** settled waits for what is on its way: the board may show it before its answer is here. */
	async #settled(): Promise<void> {
		await Promise.all([...this.#running.values()].map((r) => r.done));
	}

	/** minded says that something is on its way, as long as it is, when it takes a while. */
	async #minded<T>(ticket: Ticket, answer: Promise<T>): Promise<T> {
		const timer = setTimeout(() => (this.#slow = new Map(this.#slow).set(ticket.order_id, ticket.number)), unnoticed);
		try {
			return await answer;
		} finally {
			clearTimeout(timer);
			this.#slow = new Map([...this.#slow].filter(([id]) => id !== ticket.order_id));
		}
	}

	/** missed says that a key was not heeded: what it meant had just come to lie where it lies. */
	missed(ticket: Ticket): void {
		this.#say({ kind: 'refused', number: ticket.number, verb: 'bump', detail: '', code: 'moved', undo: false });
	}

	dismiss(): void {
		this.#said = undefined;
	}

	#explain(ticket: Ticket, verb: Verb, err: unknown): void {
		if (err instanceof Unreached) {
			this.#say({ kind: 'lost', number: ticket.number, verb, detail: '', code: 'no_answer', undo: false });
			return;
		}
		const refusal = err instanceof Refusal ? err.problem : undefined;
		const newer = refusal?.['ticket'] as Ticket | undefined;
		if (newer?.order_id === ticket.order_id) this.#merge(newer);
		this.#say({ kind: 'refused', number: ticket.number, verb, detail: refusal?.detail ?? String(err), ...(refusal ? { code: refusal.code } : {}), undo: false });
	}

	#say(said: Omit<Said, 'until'>): void {
		clearTimeout(this.#timer);
		this.#said = { ...said, until: Date.now() + undoSeconds * 1000 };
		this.#timer = setTimeout(() => (this.#said = undefined), undoSeconds * 1000);
	}
}

/** later is a promise and what keeps it; old tablets have no Promise.withResolvers. */
function later(): { promise: Promise<void>; resolve: () => void } {
	let resolve!: () => void;
	const promise = new Promise<void>((kept) => (resolve = kept));
	return { promise, resolve };
}

/** send delivers a tap once, whatever happens to the answer: it is asked again under the same id. */
async function send(order: string, tap: Tap, more: More, headers: Record<string, string>): Promise<Ticket> {
	const item = tap.item !== undefined && tap.verb === 'bump';
	const url = `/api/tickets/${encodeURIComponent(order)}/${item ? `items/${encodeURIComponent(tap.item ?? '')}/` : ''}${tap.verb}`;
	const body = {
		tap: tap.id ?? uuid(),
		...(tap.station ? { station: tap.station } : {}),
		...(tap.item && !item ? { item: tap.item } : {}),
		...(tap.reason ? { reason: tap.reason } : {}),
		...(tap.text ? { text: tap.text } : {}),
		...(tap.notice ? { notice: tap.notice } : {}),
		...(tap.state ? { state: tap.state } : {}),
		...(tap.of ? { of: tap.of } : {}),
		...more,
	};
	return insist<Ticket>(url, { body, headers });
}
