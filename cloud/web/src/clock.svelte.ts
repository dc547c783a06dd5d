import { msOf } from './time.ts';

/** Clock ticks once a second, so that ages and countdowns on a page move. */
export class Clock {
	#now = $state(Date.now());
	#steady = $state(performance.now());

	/** now in ms since 1970. */
	get now(): number {
		return this.#now;
	}

	/** steady in ms since some time ago: nobody sets this one. */
	get steady(): number {
		return this.#steady;
	}

	/** since is the age of an instant in whole seconds, never below zero. */
	since(at: string | number): number {
		return Math.max(0, Math.floor((this.#now - msOf(at)) / 1000));
	}

	/** run ticks until the returned function is called. */
	run(every = 1000): () => void {
		const timer = setInterval(() => {
			this.#now = Date.now();
			this.#steady = performance.now();
		}, every);
		return () => clearInterval(timer);
	}
}
