/** Clock is the node's time on this screen: a tablet's own clock may be wrong, and ages must not be. It ticks once a second. */
export class Clock {
	#ahead = 0;
	#last = Date.now();
	#now = $state(Date.now());

	/** now in ms since 1970, as the node counts. */
	get now(): number {
		return this.#now;
	}

	/** local is the same moment on the tablet's own clock. */
	get local(): number {
		return this.#now - this.#ahead;
	}

	/** tell takes the node's time from something it just said. */
	tell(at: string): void {
		const node = Date.parse(at);
		if (Number.isNaN(node)) return;
		this.#last = Date.now();
		this.#ahead = node - this.#last;
		this.#now = node;
	}

	/** tick goes on. A tablet whose clock is set back meanwhile has not gone back: its clock was wrong, or is. */
	#tick(): void {
		const local = Date.now();
		if (local < this.#last) this.#ahead += this.#last - local;
		this.#last = local;
		this.#now = local + this.#ahead;
	}

	/** run ticks until the returned function is called. */
	run(): () => void {
		const timer = setInterval(() => this.#tick(), 1000);
		return () => clearInterval(timer);
	}
}
