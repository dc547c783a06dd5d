import { desk as words } from '../words/desk.ts';

/** Off is for how long, and why, what is touched next is taken off the menu. */
export class Off {
	minutes = $state(0); // 0: until somebody puts it back
	reason = $state(words.off.reasons[0] ?? '');

	/** body is its part of what POST /api/86 takes. */
	get body(): { reason: string; minutes?: number } {
		return { reason: this.reason, ...(this.minutes ? { minutes: this.minutes } : {}) };
	}
}
