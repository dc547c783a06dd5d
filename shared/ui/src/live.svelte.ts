import { EventParser, type ServerEvent } from './sse.ts';

/** What a page does with what comes in. S is the snapshot, C a change; both carry the sequence number. */
export interface LiveSource<S extends { seq: number }, C extends { seq: number }> {
	stream: string; // URL of the text/event-stream
	snapshot: string; // URL of the same snapshot as plain JSON, for gaps
	onSnapshot: (snapshot: S) => void;
	onChange: (change: C) => void;
	onOther?: (event: string, data: unknown) => void; // events outside the numbered sequence
}

/** How patient a stream is, in milliseconds. */
export interface Patience {
	silence: number; // nothing heard, not even a heartbeat: the line is dead
	firstRetry: number;
	lastRetry: number;
}

/** A node beats every two seconds: two beats that do not come are a node that hangs, or a cable that is out. */
const kitchen: Patience = { silence: 5_000, firstRetry: 250, lastRetry: 4_000 };

const stoodStill = 1_000; // ms by which a timer is late on a page that was busy or asleep

/**
 * Live keeps a page in step with a server: a snapshot, then numbered changes. A missing number makes it fetch a snapshot; a line
 * that ends or falls silent is opened again for ever, with growing pauses. `lost` and `heardAt` are for honest screens.
 */
export class Live<S extends { seq: number }, C extends { seq: number }> {
	#source: LiveSource<S, C>;
	#patience: Patience;
	#fetch: typeof fetch;
	#stop = new AbortController();
	#attempt: AbortController | undefined;
	#wake: (() => void) | undefined;
	#watchdog: ReturnType<typeof setTimeout> | undefined;
	#seq = -1;

	#connected = $state(false);
	#lostAt = $state<number | undefined>(undefined);
	#heardAt = $state(0);

	constructor(source: LiveSource<S, C>, patience: Partial<Patience> = {}, fetcher: typeof fetch = (...a) => fetch(...a)) {
		this.#source = source;
		this.#patience = { ...kitchen, ...patience };
		this.#fetch = fetcher;
	}

	/** connected: the stream is open and has been heard lately. */
	get connected(): boolean {
		return this.#connected;
	}

	/** lostAt: since when the server is out of reach (ms since 1970), which is when it was last heard, or undefined. A page that never heard it counts from its start. */
	get lostAt(): number | undefined {
		return this.#lostAt;
	}

	/** heardAt: when anything was heard last, heartbeats included (ms since 1970); 0 before the first time. */
	get heardAt(): number {
		return this.#heardAt;
	}

	get seq(): number {
		return this.#seq;
	}

	/** run works until stop is called. */
	async run(): Promise<void> {
		let pause = this.#patience.firstRetry;
		const started = Date.now();
		while (!this.#stop.signal.aborted) {
			const heard = await this.#listen().catch(() => false);
			if (this.#stop.signal.aborted) return;
			if (heard) pause = this.#patience.firstRetry;
			this.#connected = false;
			this.#lostAt ??= this.#heardAt === 0 ? started : this.#heardAt;
			await this.#sleep(pause * (0.75 + Math.random() / 2));
			pause = Math.min(pause * 2, this.#patience.lastRetry);
		}
	}

	/** poke tries again at once: the network came back, or somebody looks at the page. */
	poke(): void {
		this.#wake?.();
	}

	stop(): void {
		this.#stop.abort();
		this.#attempt?.abort();
		this.#wake?.();
	}

	/** listen opens the stream once and works until it ends; it reports whether anything was heard. */
	async #listen(): Promise<boolean> {
		const attempt = new AbortController();
		this.#attempt = attempt;
		this.#watch(attempt, this.#patience.silence);
		let heard = false;
		try {
			const headers: Record<string, string> = { Accept: 'text/event-stream' };
			if (this.#seq >= 0) headers['Last-Event-ID'] = String(this.#seq);
			const response = await this.#fetch(this.#source.stream, { headers, cache: 'no-store', signal: attempt.signal });
			if (!response.ok || !response.body) return false;
			const reader = response.body.getReader();
			const decoder = new TextDecoder();
			const parser = new EventParser();
			for (;;) {
				const { done, value } = await reader.read();
				if (done) return heard;
				heard = true;
				this.#watch(attempt, this.#patience.silence);
				this.#hear();
				for (const event of parser.push(decoder.decode(value, { stream: true }))) await this.#handle(event, attempt.signal);
			}
		} catch {
			return heard;
		} finally {
			clearTimeout(this.#watchdog);
			attempt.abort();
		}
	}

	/** watch gives an attempt up after so much silence. A page that stood still itself has not listened: it listens once more, for a moment. */
	#watch(attempt: AbortController, ms: number, again = true): void {
		clearTimeout(this.#watchdog);
		const due = performance.now() + ms;
		this.#watchdog = setTimeout(() => (again && performance.now() - due > stoodStill ? this.#watch(attempt, stoodStill, false) : attempt.abort()), ms);
	}

	#hear(): void {
		this.#heardAt = Date.now();
		this.#connected = true;
		this.#lostAt = undefined;
	}

	async #handle(event: ServerEvent, signal: AbortSignal): Promise<void> {
		if (event.event === '') return;
		const data: unknown = JSON.parse(event.data);
		if (event.event === 'snapshot') return this.#takeSnapshot(data as S);
		if (event.event !== 'change') return this.#source.onOther?.(event.event, data);
		const change = data as C;
		if (change.seq <= this.#seq) return;
		if (change.seq === this.#seq + 1) {
			this.#seq = change.seq;
			return this.#source.onChange(change);
		}
		await this.#refill(signal);
	}

	/** refill closes a gap. What the stream says meanwhile waits in the socket; what the snapshot already has is skipped by number. */
	async #refill(signal: AbortSignal): Promise<void> {
		const response = await this.#fetch(this.#source.snapshot, { cache: 'no-store', signal });
		if (!response.ok) throw new Error(`snapshot answered ${response.status}`);
		this.#takeSnapshot((await response.json()) as S);
	}

	#takeSnapshot(snapshot: S): void {
		this.#seq = snapshot.seq;
		this.#source.onSnapshot(snapshot);
	}

	#sleep(ms: number): Promise<void> {
		return new Promise((resolve) => {
			const timer = setTimeout(resolve, ms);
			this.#wake = () => {
				clearTimeout(timer);
				resolve();
			};
			if (this.#stop.signal.aborted) this.#wake();
		});
	}
}
