import { Refusal, type Instant, type LinkState } from '@awesome/ui';
import { away, called, movable, type Board, type Planned, type WhatIf } from '@awesome/ui/dispatch';
import type { Desk } from '../order/desk.svelte.ts';

const lookEvery = 4_000; // ms: positions and forecasts move without anything's being done here
const patience = 8_000; // ms: the node waits 5 s for the cloud's answer, and says so when none came

/** View is GET /api/dispatch: who brings what, as far as the node knows. */
export interface View {
	line: LinkState;
	current: boolean; // the cloud has said so lately
	heard_at?: Instant;
	age_s: number;
	refused?: { code: string; detail: string };
	board: (Board & { more?: number; base?: string; rev?: number }) | null; // rev rises with what the database of that base has committed: it tells the later of two
}

/** Given is what was last done here about an order, and who had it before. */
export interface Given {
	order: string;
	number: number | null;
	to: string | null; // null: nobody, the plan decides
	from: string | null;
}

/** Watch is what the counter knows of who brings what, kept current while it looks, and what is done about it. */
export class Watch {
	#view = $state.raw<View | undefined>();
	#shut = $state(false);
	#given = $state.raw<Given | undefined>();
	#undone = $state(false);
	#answer = $state.raw<WhatIf | undefined>();
	#sure = $state.raw<{ order: string; to: string } | undefined>();
	#looking = false;

	constructor(private readonly desk: Desk) {}

	get view(): View | undefined {
		return this.#view;
	}

	get board(): View['board'] {
		return this.#view?.board ?? null;
	}

	/** shut: somebody who may has to sign in before anything is shown. */
	get shut(): boolean {
		return this.#shut;
	}

	get given(): Given | undefined {
		return this.#given;
	}

	/** undone: the last gift was taken back. */
	get undone(): boolean {
		return this.#undone;
	}

	/** answer is what one driver more was last said to change. */
	get answer(): WhatIf | undefined {
		return this.#answer;
	}

	order(id: string): Planned | undefined {
		return this.board?.orders.find((o) => o.order_id === id);
	}

	nameOf(driver: string | null): string {
		const all = this.board?.drivers ?? [];
		const d = all.find((x) => x.id === driver);
		return d ? called(d, all) : (driver ?? '');
	}

	/** undoable: what was given is still where it was put, and not fetched. */
	get undoable(): boolean {
		const g = this.#given;
		const o = g && this.order(g.order);
		return !this.#undone && g !== undefined && o !== undefined && movable(o) && o.driver_id === g.to && (g.to !== null || g.from !== null);
	}

	/** look reads it, quietly. */
	async look(): Promise<void> {
		if (this.#looking) return;
		this.#looking = true;
		try {
			this.#take(await this.desk.peek<View>('/api/dispatch'));
		} catch (err) {
			if (err instanceof Refusal && (err.problem.status === 401 || err.problem.status === 403)) {
				this.#shut = true;
				this.#view = undefined; // whoever was signed in has left
			} // else the node is lost, and the page says so
		} finally {
			this.#looking = false;
		}
	}

	/** open asks for whoever may look. */
	async open(): Promise<void> {
		const seen = await this.desk.run(() => this.desk.read<View>('/api/dispatch'));
		if (seen) this.#take(seen);
	}

	follow(): () => void {
		void this.look();
		const every = setInterval(() => void this.look(), lookEvery);
		return () => clearInterval(every);
	}

	/** sure is what is asked before it is done, because the driver is on no shift. */
	get sure(): { order: string; to: string } | undefined {
		return this.#sure;
	}

	/** give an order to a driver by hand; the plan respects it. Whether to one who is on no shift is asked first. */
	async give(id: string, to: string): Promise<void> {
		const o = this.order(id);
		if (!o || !movable(o) || o.driver_id === to) return;
		const driver = this.board?.drivers.find((d) => d.id === to);
		if (driver && away(driver)) this.#sure = { order: id, to };
		else await this.#hand(o, to);
	}

	/** insist gives it to him all the same. */
	async insist(reason: string): Promise<void> {
		const o = this.order(this.#sure?.order ?? '');
		const to = this.#sure?.to;
		if (!o || !movable(o) || to === undefined || (await this.#hand(o, to, reason))) this.leave();
	}

	/** leave leaves it with whoever has it. */
	leave(): void {
		this.#sure = undefined;
	}

	async #hand(o: Planned, to: string, reason?: string): Promise<boolean> {
		const from = o.driver_id;
		const body = { driver_id: to, ...(from === null ? {} : { instead_of: from }), ...(reason === undefined ? {} : { reason }) };
		const done = await this.#turn(o.order_id, 'assign', body);
		if (done) this.#given = { order: o.order_id, number: o.number, to, from };
		return done;
	}

	/** release takes an order back from who has it: the plan decides again. */
	async release(id: string): Promise<void> {
		const o = this.order(id);
		const from = o?.driver_id ?? null;
		if (!o || !movable(o) || from === null) return;
		if (await this.#turn(id, 'unassign', { driver_id: from })) this.#given = { order: id, number: o.number, to: null, from };
	}

	/** undo gives the order back to who had it, or to the plan. */
	async undo(): Promise<void> {
		const g = this.#given;
		if (!g || !this.undoable) return;
		const done =
			g.from === null
				? await this.#turn(g.order, 'unassign', { driver_id: g.to ?? '' })
				: await this.#turn(g.order, 'assign', { driver_id: g.from, ...(g.to === null ? {} : { instead_of: g.to }) });
		if (!done) return;
		this.#given = g;
		this.#undone = true;
	}

	/** ask what one driver more would change now. */
	async ask(): Promise<void> {
		this.#answer = await this.desk.run(() => this.desk.read<WhatIf>('/api/dispatch/what-if?extra_drivers=1'));
	}

	#take(seen: View): void {
		this.#shut = false;
		const was = this.board;
		if (seen.board?.base && seen.board.base === was?.base && (seen.board.rev ?? 0) < (was.rev ?? 0) && seen.current) return; // older than what is shown
		this.#view = seen;
	}

	async #turn(id: string, verb: string, body: Record<string, string>): Promise<boolean> {
		if (this.desk.busy) return false;
		this.#given = undefined;
		this.#undone = false;
		const now = await this.desk.run(() => this.desk.send<View>(`/api/dispatch/orders/${encodeURIComponent(id)}/${verb}`, body, { patience }));
		if (now) this.#take(now);
		else void this.look(); // who was faster, or whether it was done after all
		return now !== undefined;
	}
}
