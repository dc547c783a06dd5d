import { call, Refusal, uuid, type Instant, type Status } from '@awesome/ui';
import type { Place } from '../wire.ts';
import { base64 } from './photo.ts';
import { alone, Queue } from './queue.ts';
import { indexed, type Vault } from './vault.ts';
import { instant } from '../time.ts';
import type { DriverState } from './wire.ts';

/** What a driver does to an order, and what it becomes by it. */
export type Verb = 'pick_up' | 'depart' | 'deliver' | 'fail' | 'give_back';

/** becomes: for this driver what is given back is over, whoever brings it. */
export const becomes: Record<Verb, Status> = { pick_up: 'PickedUp', depart: 'OutForDelivery', deliver: 'Delivered', fail: 'Failed', give_back: 'Failed' };

/** A Deed waits here until the cloud has it. at is when it was done, whenever it is sent. */
export interface Deed {
	id: string;
	at: Instant;
	due: number; // ms since 1970: not sent before, so that it can be taken back
	what: What;
}

export type What =
	| { kind: 'order'; verb: Verb; order: string; number: number | null; reason?: string; here?: Place; cash?: number; far?: number } // metres from the door
	| { kind: 'proof'; order: string; number: number | null; photo: true } // the picture is in the vault under the deed's id
	| { kind: 'proof'; order: string; number: number | null; name: string }
	| { kind: 'proof'; order: string; number: number | null; code: string }
	| { kind: 'bag'; act: 'open'; bag: string; minor: number }
	| { kind: 'bag'; act: 'drop'; bag: string; minor: number } // bag is the drop's own id
	| { kind: 'bag'; act: 'close'; bag: string; minor: number; note: string }
	| { kind: 'shift'; status: DriverState };

/** Rejected is a deed the cloud did not accept, with its words. */
export interface Rejected {
	deed: Deed;
	detail: string;
}

export const undoSeconds = 5;

const lag = 2_000; // ms by which a page's clock, which ticks, is behind the phone's
const most = 20; // that were not accepted and that nobody has read

/**
 * Deeds keeps what the driver did until the cloud has it, over reloads and hours without signal, and sends it in order: one at a time, each
 * with its true time. A deed that can be taken back waits five seconds first.
 */
export class Deeds {
	#waiting = $state.raw<Deed[]>([]);
	#sent = $state.raw<{ deed: Deed; n: number }[]>([]); // the cloud has them, and what was read of it may be older
	#count = 0;
	#rejected = $state.raw<Rejected[]>([]);
	#offline = $state(false);
	#sending = false;
	#stopped = false;
	#timer: ReturnType<typeof setTimeout> | undefined;
	#queue: Queue<Deed>;
	#unfollow: () => void;

	constructor(
		private readonly driver: string,
		private readonly headers: () => Record<string, string>,
		private readonly onsent: () => void,
		private readonly vault: Vault = indexed(),
	) {
		this.#queue = new Queue(`deeds.${driver}`);
		this.#waiting = this.#queue.read();
		this.#unfollow = this.#queue.follow(() => {
			this.#waiting = this.#queue.read();
			this.flush();
		});
	}

	/** waiting to be sent, oldest first. */
	get waiting(): Deed[] {
		return this.#waiting;
	}

	/** done is all that counts as done whatever was read of the cloud, oldest first: what was sent a moment ago, and what waits. */
	get done(): Deed[] {
		return [...this.#sent.map((s) => s.deed), ...this.#waiting];
	}

	/** mark is how much has been sent: who reads the cloud afterwards reads that too. */
	get mark(): number {
		return this.#count;
	}

	/** settle forgets what was sent by then, because it has been read since. */
	settle(mark: number, bag: boolean): void {
		if (this.#sent.some((s) => s.n <= mark && (s.deed.what.kind === 'bag') === bag)) this.#sent = this.#sent.filter((s) => s.n > mark || (s.deed.what.kind === 'bag') !== bag);
	}

	/** rejected is what was not accepted and nobody has dismissed, oldest first: what came after it is often refused because of it. */
	get rejected(): Rejected[] {
		return this.#rejected;
	}

	/** offline: the last attempt reached nobody. */
	get offline(): boolean {
		return this.#offline;
	}

	/** undoable is the newest deed that can still be taken back. */
	undoable(now: number): Deed | undefined {
		const last = this.#waiting.at(-1);
		return last?.what.kind === 'order' && left(last, now) > 0 ? last : undefined;
	}

	/** statusOf is an order's status with what waits here taken for done. */
	statusOf(order: string, told: Status): Status {
		const mine = this.done.filter((d) => d.what.kind === 'order' && d.what.order === order).at(-1);
		return mine?.what.kind === 'order' ? becomes[mine.what.verb] : told;
	}

	/** proofsOf are the kinds of proof that wait here for an order. */
	proofsOf(order: string): ('photo' | 'name' | 'code')[] {
		return this.#waiting.flatMap(({ what }) => (what.kind === 'proof' && what.order === order ? ['photo' in what ? 'photo' : 'name' in what ? 'name' : 'code'] : []));
	}

	/** shiftOf is the shift with what waits here taken for done. */
	shiftOf(told: DriverState): DriverState {
		const mine = this.done.filter((d) => d.what.kind === 'shift').at(-1);
		return mine?.what.kind === 'shift' ? mine.what.status : told;
	}

	/** add takes note of a deed of now. */
	add(what: What): void {
		const now = Date.now();
		this.#keep({ id: uuid(), at: instant(now), due: what.kind === 'order' ? now + undoSeconds * 1000 : now, what });
		this.flush();
	}

	/** addPhoto takes note of a picture, once it is kept. */
	async addPhoto(order: string, number: number | null, picture: Blob): Promise<void> {
		const id = uuid();
		const now = Date.now();
		await this.vault.put(id, picture);
		this.#keep({ id, at: instant(now), due: now, what: { kind: 'proof', order, number, photo: true } });
		this.flush();
	}

	/** undo takes back the deed that can be. */
	undo(): void {
		const last = this.undoable(Date.now());
		if (last) this.#forget(last.id);
	}

	/** dismiss takes away what the driver has read. */
	dismiss(deed: string): void {
		this.#rejected = this.#rejected.filter((r) => r.deed.id !== deed);
	}

	/** flush sends what is due, and comes back for the rest. */
	flush(): void {
		clearTimeout(this.#timer);
		if (this.#sending || this.#stopped) return;
		const first = this.#waiting[0];
		if (!first) return;
		const wait = left(first, Date.now());
		if (wait > 0) {
			this.#timer = setTimeout(() => this.flush(), wait);
			return;
		}
		this.#sending = true;
		void this.#sendAlone(first).then((again) => {
			this.#sending = false;
			if (this.#stopped) return;
			if (again === 0) this.flush();
			else this.#timer = setTimeout(() => this.flush(), again);
		});
	}

	stop(): void {
		this.#stopped = true;
		clearTimeout(this.#timer);
		this.#unfollow();
	}

	/** sendAlone sends a deed unless another tab is sending, or has sent it. */
	async #sendAlone(deed: Deed): Promise<number> {
		let again = 1_000;
		await alone(`deeds.${this.driver}`, async () => {
			if (this.#stopped) return;
			this.#waiting = this.#queue.read();
			again = this.#waiting[0]?.id === deed.id ? await this.#send(deed) : 0;
		});
		return again;
	}

	/** send tries one deed; it returns after how many ms to go on. */
	async #send(deed: Deed): Promise<number> {
		let taken = true;
		try {
			await this.#deliver(deed);
		} catch (err) {
			if (!(err instanceof Refusal) || later(err)) {
				this.#offline = !(err instanceof Refusal);
				return 3_000;
			}
			if (err.problem.status === 401 || err.problem.code === 'bad_login') return 10_000; // the driver is not let in, which says nothing of the deed
			if (err.problem.status === 412) return 500; // the kitchen moved the order in the same moment
			if (!alreadySo(deed, err)) {
				taken = false;
				this.#rejected = [...this.#rejected.slice(1 - most), { deed, detail: err.message }];
			}
		}
		this.#offline = false;
		if (taken) this.#sent = [...this.#sent, { deed, n: ++this.#count }];
		this.#forget(deed.id);
		if (deed.what.kind === 'proof' && 'photo' in deed.what) void this.vault.remove(deed.id);
		this.onsent();
		return 0;
	}

	async #deliver(deed: Deed): Promise<void> {
		const headers = this.headers();
		const w = deed.what;
		if (w.kind === 'shift') {
			await call(`/api/drivers/${encodeURIComponent(this.driver)}/status`, { method: 'PUT', headers, body: { status: w.status, timestamp: deed.at } });
			return;
		}
		if (w.kind === 'bag') {
			const url = `/api/drivers/${encodeURIComponent(this.driver)}/bag`;
			if (w.act === 'open') await call(url, { headers, body: { id: w.bag, float_minor: w.minor, at: deed.at } });
			else if (w.act === 'drop') await call(`${url}/drops`, { headers, body: { id: w.bag, amount_minor: w.minor, at: deed.at } });
			else await call(`${url}/check-out`, { headers, body: { bag_id: w.bag, counted_minor: w.minor, note: w.note, at: deed.at } });
			return;
		}
		const url = `/api/orders/${encodeURIComponent(w.order)}`;
		if (w.kind === 'proof') {
			const body = await this.#proof(deed);
			if (body) await call(`${url}/proof`, { headers, body: { ...body, at: deed.at } });
			return;
		}
		const body = { at: deed.at, ...w.here };
		if (w.verb === 'pick_up') await call(`${url}/status`, { method: 'PUT', headers, body: { status: 'PickedUp', ...body } });
		else if (w.verb === 'depart') await call(`${url}/start-delivery`, { headers, body });
		else if (w.verb === 'deliver') await call(`${url}/complete-delivery`, { headers, body });
		else if (w.verb === 'give_back') await call(`${url}/give-back`, { headers, body: { reason: w.reason ?? '' } });
		else await call(`${url}/fail`, { headers, body: { reason: w.reason ?? '', ...body } });
	}

	/** proof is what is sent; undefined: the browser has lost the picture, and there is nothing to send any more. */
	async #proof({ id, what }: Deed): Promise<object | undefined> {
		if (what.kind !== 'proof') return undefined;
		if ('name' in what) return { kind: 'name', name: what.name };
		if ('code' in what) return { kind: 'code', code: what.code };
		const picture = await this.vault.get(id);
		return picture && { kind: 'photo', photo: await base64(picture) };
	}

	#keep(deed: Deed): void {
		this.#queue.add(deed);
		this.#waiting = [...this.#waiting, deed];
	}

	#forget(id: string): void {
		this.#queue.remove(id);
		this.#waiting = this.#waiting.filter((d) => d.id !== id);
	}
}

/** left is for how many ms a deed can still be taken back, and is not sent. More than there ever was is a clock that was set back since: none. */
function left(deed: Deed, now: number): number {
	const ms = deed.due - now;
	return ms > undoSeconds * 1000 + lag ? 0 : Math.max(0, ms);
}

/** later: the answer is of the moment and not of the deed. A code that was wrong too often is no better later, and older clouds said so with 429. */
function later({ problem }: Refusal): boolean {
	return problem.status >= 500 || (problem.status === 429 && problem.code !== 'too_many_guesses');
}

/** alreadySo: the answer to an earlier sending was lost, and the order is what the deed makes of it. */
function alreadySo(deed: Deed, refusal: Refusal): boolean {
	const { code, current } = refusal.problem;
	return deed.what.kind === 'order' && (deed.what.verb === 'give_back' ? code === 'not_your_order' : code === 'illegal_step' && current === becomes[deed.what.verb]);
}
