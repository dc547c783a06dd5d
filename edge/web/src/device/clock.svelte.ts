/** Clock is the node's time on this screen: a tablet's own clock may be wrong, and ages must not be. It ticks once a second. */
export class Clock {
	#ahead = 0;
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
		this.#ahead = node - Date.now();
		this.#now = node;
	}

	/** run ticks until the returned function is called. */
	run(): () => void {
		const timer = setInterval(() => (this.#now = Date.now() + this.#ahead), 1000);
		return () => clearInterval(timer);
	}
}
