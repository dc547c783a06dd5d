import { call, Refusal, type Board } from '@awesome/ui';

/** Watch looks at the node every few seconds, for pages that need no stream. */
export class Watch {
	#board = $state.raw<Board | undefined>();
	#ready = $state(true);
	#lostAt = $state<number | undefined>();
	#now = $state(Date.now());

	get board(): Board | undefined {
		return this.#board;
	}

	get ready(): boolean {
		return this.#ready;
	}

	/** lostAt: since when the node does not answer, or undefined. */
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
			this.#board = await call<Board>('/api/board');
			this.#lostAt = undefined;
			await call('/readyz');
			this.#ready = true;
		} catch (err) {
			if (err instanceof Refusal) this.#ready = false;
			else this.#lostAt ??= Date.now();
		}
	}
}
