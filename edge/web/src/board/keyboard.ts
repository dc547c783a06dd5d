import type { Desk } from '../house/desk.svelte.ts';
import { cellOf, digitOf, type Action } from './keys.ts';
import type { Screen } from './screen.svelte.ts';

/** Keyboard is what the keys of a display do, those of a bump bar too: with tickets, in an open panel, in the recall list. */
export class Keyboard {
	/** does is what each key does to the board, but for those that focus a cell. */
	readonly #does: Partial<Record<Action, () => void>> = {
		left: () => this.screen.move('left'),
		right: () => this.screen.move('right'),
		up: () => this.screen.move('up'),
		down: () => this.screen.move('down'),
		page_up: () => this.screen.turn(this.screen.page - 1),
		page_down: () => this.screen.turn(this.screen.page + 1),
		first: () => this.screen.turn(0),
		last: () => this.screen.turn(this.screen.pages - 1),
		bump: () => this.screen.byKey('bump'),
		item: () => this.screen.byKey('item'),
		start: () => this.screen.byKey('start'),
		hold: () => this.screen.byKey('hold'),
		undo: () => void this.screen.taps.undo(),
		recall_last: () => void this.screen.taps.recallLast(),
		recall_list: () => (this.screen.panel = 'recall'),
		all_day: () => (this.screen.panel === 'all_day' && this.further() ? undefined : this.screen.toggle('all_day')), // what is cut off comes first
		more: () => this.screen.focused && (this.screen.panel = 'more'),
		house: () => (this.screen.panel = 'house'),
		settings: () => (this.screen.panel = 'settings'),
		close: () => (this.screen.panel = undefined),
	};

	/** further shows more of the all-day counts, and reports whether there was any. */
	constructor(
		private readonly screen: Screen,
		private readonly desk: Desk,
		private readonly further: () => boolean,
	) {}

	pressed(e: KeyboardEvent): void {
		const { screen, desk } = this;
		const action = screen.device.keys.action(e);
		if (this.#dials(e, action)) return e.preventDefault();
		if (!action || !screen.device.view) return;
		if (desk.asked || (screen.panel && screen.panel !== 'all_day')) return this.#inPanel(e, action);
		e.preventDefault();
		(document.activeElement as HTMLElement | null)?.blur();
		const voided = screen.voided.at(-1);
		if (voided && action === 'close') return screen.seen(voided);
		const cell = cellOf(action);
		if (cell !== undefined) screen.pick(cell);
		else this.#does[action]?.();
	}

	/** dials: in the recall list digits are a ticket's number, those of a bump bar too, and what takes back takes back the last. */
	#dials(e: KeyboardEvent, action: Action | undefined): boolean {
		if (this.screen.panel !== 'recall' || this.desk.asked || e.target instanceof HTMLInputElement) return false;
		const digit = digitOf(e, action);
		if (digit === undefined && action !== 'recall_last') return false;
		if (digit === undefined) this.screen.dial.wipe();
		else this.screen.dial.type(digit);
		return true;
	}

	/** inPanel: arrows go from button to button and bump presses one, for a bump bar has no Tab. */
	#inPanel(e: KeyboardEvent, action: Action): void {
		const field = e.target instanceof HTMLInputElement; // what is written there is not for us
		if (field && action !== 'up' && action !== 'down' && action !== 'close') return;
		const dialog = [...document.querySelectorAll('dialog[open]')].at(-1); // the one on top
		const buttons = [...(dialog?.querySelectorAll<HTMLButtonElement>('button:not(:disabled, [tabindex="-1"])') ?? [])];
		const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
		const steps: Partial<Record<Action, number>> = { left: -1, up: -1, right: 1, down: 1 };
		const by = steps[action];
		if (by !== undefined) buttons[(at + by + buttons.length) % buttons.length]?.focus();
		else if (action === 'close' && this.desk.asked) this.desk.giveUp();
		else if (action === 'close') this.screen.panel = undefined;
		else if (action === 'bump' && e.key !== 'Enter' && e.key !== ' ') buttons[at]?.click();
		else return;
		e.preventDefault();
	}
}
