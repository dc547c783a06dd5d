import { call, uuid, type SoldOut } from '@awesome/ui';
import type { Board } from '../board/board.svelte.ts';
import type { Desk } from './desk.svelte.ts';
import { said } from './said.ts';
import { calledBy } from './worries.ts';

/** What is to be had, as far as this page needs it. */
export interface Offers {
	products: { id: string; name: string; category: string }[];
	toppings: { id: string; name: string }[];
}

/** OffKind is what can be taken off the menu here. */
export type OffKind = 'product' | 'topping' | 'ingredient';

/** A screen as the node knows it. */
export interface Glass {
	id: string;
	name: string;
	station: string;
	here: boolean;
	last_seen?: string;
}

/** Shift is what whoever runs the evening does besides tickets. What goes wrong is in `failed`, until something else is done. */
export class Shift {
	failed = $state('');
	done = $state('');
	#offers = $state.raw<Offers | undefined>();
	#screens = $state.raw<readonly Glass[]>([]);
	#wait = $state<number | undefined>();
	readonly board: Board;
	readonly desk: Desk;

	constructor(board: Board, desk: Desk) {
		this.board = board;
		this.desk = desk;
	}

	get offers(): Offers | undefined {
		return this.#offers;
	}

	get screens(): readonly Glass[] {
		return this.#screens;
	}

	/** wait is how long a new order would wait for hands and ovens, in seconds, when somebody asked last. */
	get wait(): number | undefined {
		return this.#wait;
	}

	/** screenName is how people call a screen. */
	screenName(id: string): string {
		const screen = this.#screens.find((s) => s.id === id);
		return (screen && calledBy(screen)) || id.slice(0, 4);
	}

	/** try_ does something and keeps what went wrong; it reports whether it was done. */
	async try_(what: () => Promise<unknown>): Promise<boolean> {
		this.failed = '';
		this.done = '';
		try {
			await what();
			return true;
		} catch (err) {
			this.failed = said(err);
			return false;
		}
	}

	lookOffers(): Promise<boolean> {
		return this.#look(async () => (this.#offers = await call<Offers>('/api/menu')));
	}

	lookScreens(): Promise<boolean> {
		return this.#look(async () => (this.#screens = (await call<{ screens: Glass[] }>('/api/screens')).screens));
	}

	lookIntake(): Promise<boolean> {
		return this.#look(async () => (this.#wait = (await call<{ wait_s?: number }>('/api/intake')).wait_s));
	}

	/** look reads something: what was said about a deed stays. */
	async #look(what: () => Promise<unknown>): Promise<boolean> {
		try {
			await what();
			return true;
		} catch (err) {
			this.failed ||= said(err);
			return false;
		}
	}

	/** sellOut takes something off the menu, until a moment or until somebody lifts it. */
	sellOut(kind: OffKind, id: string, reason: string, end: { minutes?: number; until?: string } = {}): Promise<boolean> {
		const request = uuid();
		return this.try_(() =>
			this.desk.guarded((more) => call('/api/86', { body: { request, kind, id, reason, ...end, ...more }, headers: this.desk.headers }), { reason }),
		);
	}

	lift(kind: OffKind, id: string): Promise<boolean> {
		const url = `/api/86/${kind}/${encodeURIComponent(id)}`;
		return this.#remove(url);
	}

	/** ovenWorks says that an oven is in order again, and answers why that was not taken; it takes a person, whose name is kept with it. */
	async ovenWorks(oven: string): Promise<string> {
		const url = `/api/ovens/${encodeURIComponent(oven)}/works`;
		const done = await this.try_(() => this.desk.guarded((more) => call(url, { body: more, headers: this.desk.headers })));
		return done ? '' : this.failed;
	}

	pause(minutes: number, reason: string): Promise<boolean> {
		return this.try_(() =>
			this.desk.guarded((more) => call('/api/intake/pause', { body: { minutes, reason, ...more }, headers: this.desk.headers }), { reason }),
		);
	}

	resume(): Promise<boolean> {
		return this.try_(() => this.desk.guarded((more) => call('/api/intake/resume', { body: more, headers: this.desk.headers })));
	}

	/** print puts something of an order on paper again. */
	print(order: string, what: 'ticket' | 'label' | 'receipt'): Promise<boolean> {
		const url = `/api/tickets/${encodeURIComponent(order)}/print`;
		return this.try_(() => this.desk.guarded((more) => call(url, { body: { tap: uuid(), what, ...more }, headers: this.desk.headers })));
	}

	testPrint(printer: string): Promise<boolean> {
		const url = `/api/printers/${encodeURIComponent(printer)}/test`;
		return this.try_(() => this.desk.guarded((more) => call(url, { body: { tap: uuid(), ...more }, headers: this.desk.headers })));
	}

	async putAway(screen: string): Promise<boolean> {
		return (await this.#remove(`/api/screens/${encodeURIComponent(screen)}`)) && this.lookScreens();
	}

	#remove(url: string): Promise<boolean> {
		return this.try_(() =>
			this.desk.guarded((more) => call(url, { method: 'DELETE', headers: this.desk.headers, ...(more.override ? { body: more } : {}) })),
		);
	}
}

/** An entry of what is off: it itself, or because of something else. */
export interface OffEntry {
	kind: OffKind;
	id: string;
	name: string;
	reason: string;
	auto: boolean;
	because: string; // the name of what is off that it is made with
	until: string | undefined;
}

/** offs are what is off, what was taken off itself before what is off because of it. */
export function offs(gone: SoldOut): OffEntry[] {
	const names = new Map(gone.ingredients.concat(gone.toppings, gone.products).map((m) => [m.id, m.name]));
	const all = (['ingredient', 'topping', 'product'] as const).flatMap((kind) =>
		gone[`${kind}s`].map((m) => ({
			kind, id: m.id, name: m.name, reason: m.reason ?? '', auto: m.auto, until: m.until,
			because: m.because ? (names.get(m.because.id) ?? m.because.id) : '',
		})),
	);
	return all.sort((a, b) => Number(a.because !== '') - Number(b.because !== ''));
}

/** tomorrow is when an evening is over for everybody: the next four o'clock on this screen's wall. */
export function tomorrow(now: number): Date {
	const at = new Date(now);
	at.setHours(4, 0, 0, 0);
	if (at.getTime() <= now) at.setDate(at.getDate() + 1);
	return at;
}
