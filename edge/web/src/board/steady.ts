/** longEnough is for how many ms a thing has to lie where it lies before a key means it: nobody aims faster. */
export const longEnough = 400;

/** Steady tells whether what a key means still lies where the hand saw it, and is still the same. */
export class Steady {
	#what: string | undefined;
	#moved = -Infinity;

	/** look takes note of what there is now, and where. Mine: this hand has moved it, and knows; what moved before is forgotten. It reports whether there is anything else. */
	look(what: string, now: number, mine: boolean): boolean {
		if (what === this.#what) return false;
		if (mine) this.#moved = -Infinity;
		else if (this.#what !== undefined) this.#moved = now;
		this.#what = what;
		return true;
	}

	still(now: number): boolean {
		return now - this.#moved >= longEnough;
	}
}
