import { call, Refusal, type Instant, type KitchenState, type PromiseRange, type Status } from '@awesome/ui';
import type { Restaurant } from '../shop/restaurant.ts';
import { Stream } from '../stream.svelte.ts';
import type { Courier, DeliveryState, Order, Person } from '../wire.ts';
import { ended } from './stages.ts';

/** What the stream says about an order: a step of its timeline, or that something else has changed. */
export interface TrackEvent {
	status: Status;
	version: number;
	at: Instant;
	number: number | null;
	promise: PromiseRange;
	ready: Instant | null;
	arrives: Instant | null;
	driver: Person | null;
	courier?: Courier | null;
	kitchen: KitchenState;
	delivery: DeliveryState;
	cancel_asked: Instant | null;
	reason: string;
	overdue: boolean;
}

/** Where the driver is, between departure and door. */
export interface Where {
	latitude: number | null; // null while the driver goes to other doors first
	longitude: number | null;
	heading: number | null;
	at: Instant;
	eta: Instant | null;
	earliest?: Instant | null;
	latest?: Instant | null;
	stops_before?: number;
}

/** Near says that the driver is almost there. */
export interface Near {
	eta: Instant;
	seconds: number;
}

export type Trouble = 'unknown' | 'lost'; // no such order; the cloud does not answer
export type CancelState = 'none' | 'sending' | 'asked' | 'kept' | 'failed'; // kept: the restaurant said no

/** Tracking is one order as its guest follows it. */
export class Tracking {
	#order = $state.raw<Order | undefined>();
	#restaurant = $state.raw<Restaurant | undefined>();
	#was = $state.raw<PromiseRange | undefined>();
	#where = $state.raw<Where | undefined>();
	#seenOn = $state(0);
	#opened = 0; // the line of the last position
	#code = $state('');
	#near = $state.raw<Near | undefined>();
	#trouble = $state<Trouble | undefined>();
	#cancel = $state<CancelState>('none');
	#stream = $state.raw<Stream | undefined>();
	#stopped = false;

	constructor(readonly token: string) {}

	get order(): Order | undefined {
		return this.#order;
	}

	get restaurant(): Restaurant | undefined {
		return this.#restaurant;
	}

	/** was is the promise before it moved. */
	get was(): PromiseRange | undefined {
		return this.#was;
	}

	/** where the driver is; undefined unless the order is on its way. */
	get where(): Where | undefined {
		return this.#order?.status === 'OutForDelivery' ? this.#where : undefined;
	}

	/** code is what the guest reads out to the driver who is on the way. */
	get code(): string {
		const s = this.#order?.status;
		return s === 'PickedUp' || s === 'OutForDelivery' ? this.#code : '';
	}

	/** near: the driver is two minutes away, or less. */
	get near(): Near | undefined {
		return this.#order?.status === 'OutForDelivery' ? this.#near : undefined;
	}

	/** arrival is from when to when the driver is expected at the door, by the position. */
	get arrival(): PromiseRange | undefined {
		const w = this.where;
		return w?.earliest && w.latest ? { from: w.earliest, to: w.latest } : undefined;
	}

	get trouble(): Trouble | undefined {
		return this.#trouble;
	}

	get cancelState(): CancelState {
		return this.#cancel;
	}

	/** expected is the best guess of now: the driver's, or the kitchen's where the guest comes to fetch. */
	get expected(): Instant | undefined {
		const o = this.#order;
		if (!o || ended(o.status)) return undefined;
		if (o.status === 'OutForDelivery') return this.#where?.eta ?? o.arrives ?? undefined;
		return o.fulfilment === 'delivery' ? undefined : (o.ready ?? undefined);
	}

	/** lostAt is since when this page hears nothing, or undefined. */
	get lostAt(): number | undefined {
		return this.#stream?.lostAt;
	}

	/** seenFor is for how many seconds nothing new was heard of the driver, at a time by the steady clock. */
	seenFor(now: number): number {
		return this.where ? Math.max(0, (now - this.#seenOn) / 1000) : 0;
	}

	/** silence is the same, and 0 while that is nothing to speak of. Who hears nothing at all cannot say that the driver is silent. */
	silence(now: number): number {
		const heard = this.#stream?.opened ? this.#stream.heardOn : now;
		const age = this.seenFor(this.lostAt === undefined ? Math.min(now, heard + beats) : heard);
		return age > oldAfter ? age : 0;
	}

	get heardAt(): number {
		return this.#stream?.heardAt ?? 0;
	}

	/** start reads the order, then follows it until it ends or stop is called. */
	async start(sleep: (ms: number) => Promise<void> = (ms) => new Promise((done) => setTimeout(done, ms))): Promise<void> {
		for (let pause = 1_000; !this.#stopped; pause = Math.min(pause * 2, 8_000)) {
			const order = await this.#read();
			if (order) return this.#follow(order);
			if (this.#trouble === 'unknown') return;
			await sleep(pause);
		}
	}

	stop(): void {
		this.#stopped = true;
		this.#stream?.stop();
	}

	poke(): void {
		this.#stream?.poke();
		void this.look();
	}

	/** look asks how the restaurant is connected: only who knows that can say how old the kitchen's word is. */
	async look(): Promise<void> {
		const id = this.#order?.restaurant_id;
		if (id === undefined) return;
		const [found, said] = await Promise.all([
			call<Restaurant>(`/api/restaurants/${encodeURIComponent(id)}`).catch(() => undefined),
			this.#code === '' && this.#order?.fulfilment === 'delivery' ? call<{ code?: string }>(`/api/track/${encodeURIComponent(this.token)}/door-code`).catch(() => undefined) : undefined,
		]);
		if (found) this.#restaurant = found;
		if (said?.code) this.#code = said.code;
	}

	/** cancel cancels the order, or asks the restaurant to. */
	async cancel(): Promise<void> {
		const o = this.#order;
		if (!o || this.#cancel === 'sending') return;
		this.#cancel = 'sending';
		try {
			const answer = await call<Order>(`/api/orders/${encodeURIComponent(o.id)}/cancel?token=${encodeURIComponent(this.token)}`, { body: {} });
			const now = newer(this.#order, answer);
			this.#order = now;
			if (ended(now.status)) this.#cancel = 'none';
			else this.#cancel = now.cancel_asked ? 'asked' : 'kept'; // the stream may have brought the restaurant's no before this answer
		} catch (err) {
			this.#cancel = err instanceof Refusal && err.problem.status === 409 ? 'kept' : 'failed';
		}
	}

	/** take works one event of the stream in. */
	take(event: string, data: unknown): void {
		if (event === 'driver') {
			const now = data as Where;
			const age = this.#ageOf(now);
			if (this.#where?.at !== now.at) this.#seenOn = performance.now() - age;
			this.#where = faded(this.#where, now);
			if (this.#near && !soon(this.#where)) this.#near = undefined;
			return;
		}
		if (event === 'near') {
			this.#near ??= data as Near; // a stream that begins again says it again
			return;
		}
		const o = this.#order;
		const e = data as TrackEvent;
		if (!o || e.version < o.version) return;
		if (moved(o.promise, e.promise)) this.#was = o.promise;
		const known = o.timeline.some((s) => s.version === e.version && s.status === e.status);
		const timeline = event === 'order' && !known ? [...o.timeline, { status: e.status, at: e.at, by: '', version: e.version }] : o.timeline;
		if (o.cancel_asked && !e.cancel_asked && !ended(e.status)) this.#cancel = 'kept';
		if (e.cancel_asked) this.#cancel = 'asked';
		if (ended(e.status)) this.#cancel = 'none';
		this.#order = {
			...o,
			status: e.status,
			version: e.version,
			number: e.number,
			promise: e.promise,
			ready: e.ready,
			arrives: e.arrives,
			kitchen: { state: e.kitchen, as_of: e.at },
			delivery: { state: e.delivery, driver: e.driver, courier: e.courier ?? null },
			cancel_asked: e.cancel_asked,
			reason: e.reason,
			overdue: e.overdue,
			timeline,
		};
	}

	/** ageOf is how old a position was when it came, in ms. The first on a line may have lain for long, which only the cloud's clock tells; the others come as they are made. Whose clock is set how does not matter then. */
	#ageOf(w: Where): number {
		const s = this.#stream;
		const first = s !== undefined && s.opened !== this.#opened;
		this.#opened = s?.opened ?? 0;
		return first && s.cloudNow !== undefined ? Math.max(0, s.cloudNow - Date.parse(w.at)) : 0;
	}

	async #read(): Promise<Order | undefined> {
		try {
			const order = await call<Order>(`/api/track/${encodeURIComponent(this.token)}`);
			this.#order = order;
			this.#trouble = undefined;
			if (order.cancel_asked) this.#cancel = 'asked';
			return order;
		} catch (err) {
			this.#trouble = err instanceof Refusal && err.problem.status < 500 && err.problem.status !== 429 ? 'unknown' : 'lost';
			return undefined;
		}
	}

	async #follow(order: Order): Promise<void> {
		void this.look();
		if (ended(order.status)) return;
		const stream = new Stream({
			url: `/api/orders/${encodeURIComponent(order.id)}/track?token=${encodeURIComponent(this.token)}`,
			lastId: String(order.version),
			onEvent: (event, data) => this.take(event, data),
		});
		this.#stream = stream;
		if (this.#stopped) stream.stop();
		await stream.run();
		if (!this.#stopped && !ended(this.#order?.status ?? order.status)) await this.#read();
	}
}

/** faded: of a position that has grown old the cloud reckons nothing and shows nothing any more. Where the driver was seen last is known here all the same, and when. */
function faded(was: Where | undefined, now: Where): Where {
	const gone = now.latitude === null && now.eta === null && was?.at === now.at && was.latitude !== null;
	return gone && was ? { ...was, eta: null, earliest: null, latest: null } : now;
}

const oldAfter = 60; // seconds: a phone under way says every few where it is
const beats = 20_000; // ms: a line that is open is heard at least so often

/** takenBack is how far before the door a driver is who was said to be about to be there, and is not, in milliseconds. */
const takenBack = 4 * 60_000;

function soon(w: Where): boolean {
	return !!w.eta && Date.parse(w.eta) - Date.parse(w.at) < takenBack;
}

function newer(a: Order | undefined, b: Order): Order {
	return a && a.version > b.version ? a : b;
}

function moved(a: PromiseRange, b: PromiseRange): boolean {
	return a.from !== b.from || a.to !== b.to;
}

/** tokenFrom reads "/track/<token>". */
export function tokenFrom(path: string): string {
	return decodeURIComponent(path.replace(/^\/track\/?/, '').replace(/\/$/, ''));
}
