import { call, Refusal, type Board } from '@awesome/ui';

/** Watch looks at the node every few seconds, for pages that need no stream. */
export class Watch {
	#board = $state.raw<Board | undefined>();
	#ready = $state(true);
	#lostAt = $state<number | undefined>();
	#heardAt: number | undefined;
	#now = $state(Date.now());

	get board(): Board | undefined {
		return this.#board;
	}

	get ready(): boolean {
		return this.#ready;
	}

	/** lostAt: when the node was last heard, if it does not answer; a page that never heard it counts from when it asked first. */
	get lostAt(): number | undefined {
		return this.#lostAt;
	}

	get now(): number {
		return this.#now;
	}

	/** run looks until the returned function is called. */
	run(every = 3000): () => void {
		let timer: ReturnType<typeof setTimeout>;
		let ended = false;
		const again = async () => {
			await this.look();
			if (!ended) timer = setTimeout(() => void again(), every);
		};
		void again();
		return () => {
			ended = true;
			clearTimeout(timer);
		};
	}

	async look(): Promise<void> {
		this.#now = Date.now();
		try {
			this.#board = await call<Board>('/api/board', { timeout: 3_000 });
			this.#heardAt = Date.now();
			this.#lostAt = undefined;
			await call('/readyz', { timeout: 3_000 });
			this.#ready = true;
		} catch (err) {
			if (err instanceof Refusal) this.#ready = false;
			else this.#lostAt ??= this.#heardAt ?? this.#now;
		}
	}
}
