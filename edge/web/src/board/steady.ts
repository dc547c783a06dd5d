/** longEnough is for how many ms a thing has to lie where it lies before a key means it: nobody aims faster. */
export const longEnough = 400;

/** Steady tells whether what a key means still lies where the hand saw it, and is still the same. */
export class Steady {
	#what: string | undefined;
	#moved = -Infinity;

	/** look takes note of what there is now, and where. Mine: this hand has moved it, and knows. */
	look(what: string, now: number, mine: boolean): void {
		if (what === this.#what) return;
		if (!mine && this.#what !== undefined) this.#moved = now;
		this.#what = what;
	}

	still(now: number): boolean {
		return now - this.#moved >= longEnough;
	}
}
