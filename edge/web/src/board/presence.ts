import { call, Refusal } from '@awesome/ui';
import type { Device } from '../device/device.svelte.ts';
import type { Board } from './board.svelte.ts';
import type { Glass } from './glass.svelte.ts';

/** Presence tells the node that a display is there, what it is called, and what is to be seen on it. */
export class Presence {
	#shown = new Set<string>();

	constructor(
		private readonly board: Board,
		private readonly device: Device,
		private readonly glass: Glass,
		private readonly name: () => string,
	) {}

	get #url(): string {
		return `/api/screens/${encodeURIComponent(this.device.id)}`;
	}

	/** announce tells the node what this screen is called and for; from then on it minds whether the screen is there. */
	async announce(): Promise<void> {
		if (!this.device.view || !this.board.live.connected) return;
		await call(this.#url, { method: 'PUT', body: { name: this.name(), station: this.device.view } }).catch(() => undefined); // told again when the node is back
	}

	/**
	 * rendered tells the node what is on the glass: each ticket once, and which change of the board was the last. What lies on another page or
	 * in a window behind another one is not to be seen, nor what is covered by a panel or a dialog: it is told when that is gone.
	 */
	async rendered(): Promise<void> {
		if (!this.glass.visible || !this.device.view || !this.board.live.connected) return;
		if (this.#shown.size > 1000) this.#shown = new Set([...this.#shown].filter((id) => this.board.ticket(id)));
		const tickets = [...this.glass.shown].filter((id) => !this.#shown.has(id) && this.glass.bare(id)).slice(0, 500);
		const seq = Math.max(0, this.board.live.seq);
		if (tickets.length === 0 && seq === 0) return; // nothing has happened yet
		for (const id of tickets) this.#shown.add(id);
		try {
			await call(`${this.#url}/rendered`, { body: { tickets, seq } });
		} catch (err) {
			if (tickets.length > 0 && err instanceof Refusal && err.problem.status < 500) return this.rendered(); // it does not know them: without them
			for (const id of tickets) this.#shown.delete(id); // told again before long
		}
	}
}
