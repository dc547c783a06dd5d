import { EventParser, type ServerEvent } from '@awesome/ui';

export interface StreamOptions {
	url: string;
	headers?: Record<string, string>;
	lastId?: string; // what was seen already
	onEvent: (event: string, data: unknown) => void;
	onRefused?: (status: number) => void; // 4xx: asking again will not help
	silence?: number; // ms without even a heartbeat after which the line is dead
	fetcher?: typeof fetch;
}

const pauses = [500, 1_000, 2_000, 4_000, 8_000];

/**
 * Stream follows a text/event-stream for as long as there is something to follow. It comes back after every interruption and goes on behind
 * the last event it has seen; it ends at "end", at 204 (nothing will follow) and when it is refused.
 */
export class Stream {
	#options: StreamOptions;
	#lastId: string;
	#stop = new AbortController();
	#wake: (() => void) | undefined;
	#connected = $state(false);
	#lostAt = $state<number | undefined>();
	#heardAt = $state(0);
	#ended = $state(false);
	#heardOn = 0;
	#opened = 0;
	#told: { date: number; on: number } | undefined;

	constructor(options: StreamOptions) {
		this.#options = options;
		this.#lastId = options.lastId ?? '';
	}

	get connected(): boolean {
		return this.#connected;
	}

	/** lostAt is since when the cloud is out of reach (ms since 1970), or undefined. */
	get lostAt(): number | undefined {
		return this.#lostAt;
	}

	/** heardAt is when anything was heard last, heartbeats included; 0 before the first time. */
	get heardAt(): number {
		return this.#heardAt;
	}

	/** heardOn is when anything was heard last, by the steady clock. */
	get heardOn(): number {
		return this.#heardOn;
	}

	/** opened is how many times the line has been open. */
	get opened(): number {
		return this.#opened;
	}

	/** cloudNow is the time by the cloud's own clock (ms since 1970), as it said it when the line was opened; undefined: it did not say. */
	get cloudNow(): number | undefined {
		return this.#told && this.#told.date + performance.now() - this.#told.on;
	}

	get ended(): boolean {
		return this.#ended;
	}

	async run(): Promise<void> {
		for (let n = 0; !this.#stop.signal.aborted && !this.#ended; n++) {
			if (await this.#listen()) n = 0;
			if (this.#stop.signal.aborted || this.#ended) break;
			this.#connected = false;
			this.#lostAt ??= Date.now();
			await this.#sleep((pauses[n] ?? 8_000) * (0.75 + Math.random() / 2));
		}
		this.#connected = false;
	}

	/** poke tries again at once: the network came back, or somebody looks at the page. */
	poke(): void {
		this.#wake?.();
	}

	stop(): void {
		this.#stop.abort();
		this.#wake?.();
	}

	/** listen opens the stream once and works until it breaks; it reports whether anything was heard. */
	async #listen(): Promise<boolean> {
		const silence = this.#options.silence ?? 40_000;
		const attempt = new AbortController();
		const give = () => attempt.abort();
		this.#stop.signal.addEventListener('abort', give);
		let watchdog = setTimeout(give, silence);
		let heard = false;
		try {
			const response = await (this.#options.fetcher ?? fetch)(this.#options.url, { headers: this.#headers(), cache: 'no-store', signal: attempt.signal });
			if (response.status === 204) this.#ended = true;
			if (response.status >= 400 && response.status < 500 && response.status !== 429 && response.status !== 408) {
				this.#ended = true;
				this.#options.onRefused?.(response.status);
			}
			if (response.status !== 200 || !response.body) return false;
			const reader = response.body.getReader();
			const decoder = new TextDecoder();
			const parser = new EventParser();
			this.#open(response);
			for (;;) {
				const { done, value } = await reader.read();
				if (done) return heard;
				heard = true;
				clearTimeout(watchdog);
				watchdog = setTimeout(give, silence);
				this.#hear();
				for (const event of parser.push(decoder.decode(value, { stream: true }))) this.#take(event);
				if (this.#ended) return true;
			}
		} catch {
			return heard;
		} finally {
			clearTimeout(watchdog);
			this.#stop.signal.removeEventListener('abort', give);
			attempt.abort();
		}
	}

	#headers(): Record<string, string> {
		return { Accept: 'text/event-stream', ...this.#options.headers, ...(this.#lastId === '' ? {} : { 'Last-Event-ID': this.#lastId }) };
	}

	#take(event: ServerEvent): void {
		if (event.event === '') return; // a heartbeat
		if (event.id !== '') this.#lastId = event.id;
		this.#options.onEvent(event.event, JSON.parse(event.data));
		if (event.event === 'end') this.#ended = true;
	}

	#open(response: Response): void {
		const date = Date.parse(response.headers.get('Date') ?? '');
		this.#told = Number.isNaN(date) ? undefined : { date, on: performance.now() };
		this.#opened++;
		this.#hear();
	}

	#hear(): void {
		this.#heardOn = performance.now();
		this.#heardAt = Date.now();
		this.#connected = true;
		this.#lostAt = undefined;
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
