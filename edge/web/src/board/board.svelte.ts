import { Live, type Alert, type Board as Snapshot, type BoardChange, type Cook, type Intake, type LinkState, type Oven, type Printer, type SoldOut, type Ticket } from '@awesome/ui';

const key = 'awesome.board';
const heardKey = 'awesome.heard';

const nothing: SoldOut = { products: [], toppings: [], ingredients: [] };

/** Told of what happened, besides what there is. */
export interface Listener {
	onTime: (at: string) => void;
	onPages: () => void; // the node has newer pages than this one
}

/** Board is the kitchen as this screen knows it: kept in step while the node is there, readable while it is not. */
export class Board {
	#tickets = $state.raw<ReadonlyMap<string, Ticket>>(new Map());
	#cooks = $state.raw<readonly Cook[]>([]);
	#alerts = $state.raw<readonly Alert[]>([]);
	#ovens = $state.raw<readonly Oven[]>([]);
	#printers = $state.raw<readonly Printer[]>([]);
	#soldOut = $state.raw<SoldOut>(nothing);
	#intake = $state.raw<Intake>({ paused: false });
	#link = $state.raw<LinkState | undefined>();
	#restaurant = $state('');
	#lastTicketAt = $state<number | undefined>();
	#turns = $state(0);
	#loaded = $state(false);
	#pages = '';
	#kept: Snapshot | undefined;
	#keeping: ReturnType<typeof setTimeout> | undefined;
	#heard: number | undefined; // by the page before this one, when it last heard the node
	#listener: Listener;
	#storage: Storage;
	readonly live: Live<Snapshot, BoardChange>;

	/** screen is the name under which the node knows whoever listens, if it shall. */
	constructor(listener: Listener, storage: Storage = localStorage, screen = '') {
		this.#storage = storage;
		this.#listener = listener;
		this.live = new Live<Snapshot, BoardChange>({
			stream: `/api/board/stream${screen ? `?screen=${encodeURIComponent(screen)}` : ''}`,
			snapshot: '/api/board',
			onSnapshot: (s) => this.#takeSnapshot(s),
			onChange: (c) => this.#takeChange(c),
			onOther: (event, data) => this.#takeOther(event, data),
		});
		this.#restore();
	}

	/** tickets in the order of the queue, which is the node's: a change of the board brings tickets without those around them. */
	get tickets(): Ticket[] {
		return [...this.#tickets.values()].sort((a, b) => by(a.rank ?? '', b.rank ?? '') || by(a.order_id, b.order_id));
	}

	ticket(id: string): Ticket | undefined {
		return this.#tickets.get(id);
	}

	get cooks(): readonly Cook[] {
		return this.#cooks;
	}

	get alerts(): readonly Alert[] {
		return this.#alerts;
	}

	get ovens(): readonly Oven[] {
		return this.#ovens;
	}

	get printers(): readonly Printer[] {
		return this.#printers;
	}

	/** soldOut is what of the menu cannot be had. */
	get soldOut(): SoldOut {
		return this.#soldOut;
	}

	/** intake: whether web orders are taken. */
	get intake(): Intake {
		return this.#intake;
	}

	get link(): LinkState | undefined {
		return this.#link;
	}

	/** turns: how often who brings what was changed from this house; another number is a reason to look again. */
	get turns(): number {
		return this.#turns;
	}

	get restaurant(): string {
		return this.#restaurant;
	}

	/** lastTicketAt: when the youngest ticket was queued, on the node's clock. */
	get lastTicketAt(): number | undefined {
		return this.#lastTicketAt;
	}

	/** loaded: there is something to show, be it old. */
	get loaded(): boolean {
		return this.#loaded;
	}

	/** lostAt: since when the node is out of reach, on the tablet's clock. A page that was loaded meanwhile goes on counting. */
	get lostAt(): number | undefined {
		const lost = this.live.lostAt;
		return lost !== undefined && this.live.heardAt === 0 ? Math.min(lost, this.#heard ?? lost) : lost;
	}

	/** hear writes down that the node was there just now, for a page that is loaded when it is not. */
	hear(): void {
		if (!this.live.connected) return;
		try {
			this.#storage.setItem(heardKey, String(this.live.heardAt));
		} catch {
			// as with the board itself
		}
	}

	/** merge takes a ticket from an answer to a tap, before the stream brings it; an older one is ignored. */
	merge(ticket: Ticket): void {
		if (this.#tickets.has(ticket.order_id)) this.#put([ticket], []);
	}

	#takeSnapshot(s: Snapshot): void {
		this.#listener.onTime(s.now);
		this.#tickets = new Map(s.tickets.map((t) => [t.order_id, t]));
		this.#cooks = s.cooks;
		this.#alerts = s.alerts;
		this.#takeHouse(s);
		this.#link = s.link;
		this.#restaurant = s.restaurant;
		this.#loaded = true;
		this.#kept = s;
		this.#note(s.tickets);
		this.#compare(s.ui);
		this.#keep();
	}

	/** takeHouse takes what there is besides tickets; an older node does not tell of all of it. */
	#takeHouse(s: Snapshot): void {
		this.#ovens = s.ovens;
		this.#printers = s.printers ?? [];
		this.#soldOut = s.sold_out ?? nothing;
		this.#intake = s.intake ?? { paused: false };
	}

	#takeChange(c: BoardChange): void {
		this.#listener.onTime(c.now);
		this.#put(c.tickets, c.gone);
		if (c.cooks.length > 0) this.#cooks = c.cooks;
		if (c.alerts.length > 0 || c.cleared.length > 0) {
			const replaced = new Set([...c.cleared, ...c.alerts.map((a) => a.id)]);
			this.#alerts = [...this.#alerts.filter((a) => !replaced.has(a.id)), ...c.alerts];
		}
		if (c.intake) this.#intake = c.intake;
		if (c.sold_out) this.#soldOut = c.sold_out;
		this.#note(c.tickets);
		this.#keep();
	}

	#takeOther(event: string, data: unknown): void {
		if (event === 'ovens') this.#ovens = data as Oven[];
		if (event === 'printers') this.#printers = data as Printer[];
		if (event === 'link') this.#link = data as LinkState;
		if (event === 'dispatch') this.#turns = (data as { turns: number }).turns;
		if (event === 'hello') {
			const hello = data as { now: string; ui: string };
			this.#listener.onTime(hello.now);
			this.#compare(hello.ui);
		}
	}

	/** put takes tickets in, but none that is older than what is there: answers and the stream overtake each other. */
	#put(tickets: readonly Ticket[], gone: readonly string[]): void {
		const next = new Map(this.#tickets);
		for (const id of gone) next.delete(id);
		for (const t of tickets) if (t.version >= (next.get(t.order_id)?.version ?? 0)) next.set(t.order_id, t);
		this.#tickets = next;
	}

	#note(tickets: readonly Ticket[]): void {
		for (const t of tickets) {
			const at = t.queued_at ? Date.parse(t.queued_at) : Number.NaN;
			if (at > (this.#lastTicketAt ?? 0)) this.#lastTicketAt = at;
		}
	}

	/** compare loads the page anew when the node's pages have changed under it. */
	#compare(pages: string): void {
		if (this.#pages !== '' && this.#pages !== pages) this.#listener.onPages();
		this.#pages = pages;
	}

	/** keep writes the board down, so that a page that is loaded while the node starts has something to show. */
	#keep(): void {
		this.#keeping ??= setTimeout(() => {
			this.#keeping = undefined;
			if (!this.#kept) return;
			const snapshot: Snapshot = {
				...this.#kept, tickets: this.tickets, cooks: [...this.#cooks], alerts: [...this.#alerts], ovens: [...this.#ovens],
				link: this.#link ?? this.#kept.link, printers: [...this.#printers], intake: this.#intake, sold_out: this.#soldOut,
			};
			try {
				this.#storage.setItem(key, JSON.stringify(snapshot));
			} catch {
				// full or switched off: the board still works, it only forgets
			}
		}, 500);
	}

	#restore(): void {
		try {
			const heard = Number(this.#storage.getItem(heardKey));
			if (heard > 0) this.#heard = heard;
			const text = this.#storage.getItem(key);
			if (text === null) return;
			const s = JSON.parse(text) as Snapshot;
			this.#tickets = new Map(s.tickets.map((t) => [t.order_id, t]));
			this.#cooks = s.cooks;
			this.#takeHouse(s);
			this.#alerts = s.alerts;
			this.#restaurant = s.restaurant;
			this.#note(s.tickets);
			this.#loaded = true;
		} catch {
			// nothing kept, or kept by an older page
		}
	}
}

/** by compares texts as the node does, in no language. */
function by(a: string, b: string): number {
	return a < b ? -1 : Number(a > b);
}
