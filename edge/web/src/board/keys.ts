/** What a key can do. The same on a keyboard and on a bump bar, which is one. */
export type Action =
	| 'focus_1' | 'focus_2' | 'focus_3' | 'focus_4' | 'focus_5' | 'focus_6' | 'focus_7' | 'focus_8' | 'focus_9' | 'focus_10'
	| 'left' | 'right' | 'up' | 'down' | 'page_up' | 'page_down' | 'first' | 'last'
	| 'bump' | 'item' | 'start' | 'hold' | 'undo' | 'recall_last' | 'recall_list' | 'all_day' | 'more' | 'house' | 'settings' | 'close';

/** usual is the key of each action on a tablet that was taught nothing else. */
export const usual: Readonly<Record<Action, string>> = {
	focus_1: '1', focus_2: '2', focus_3: '3', focus_4: '4', focus_5: '5', focus_6: '6', focus_7: '7', focus_8: '8', focus_9: '9', focus_10: '0',
	left: 'ArrowLeft', right: 'ArrowRight', up: 'ArrowUp', down: 'ArrowDown', page_up: 'PageUp', page_down: 'PageDown', first: 'Home', last: 'End',
	bump: 'Enter', item: ' ', start: 's', hold: 'h', undo: 'u', recall_last: 'Backspace', recall_list: 'r', all_day: 'a', more: 'm', house: 'p', settings: 'k',
	close: 'Escape',
};

export const actions = Object.keys(usual) as Action[];

const held: readonly Action[] = ['left', 'right', 'up', 'down', 'page_up', 'page_down'];
const never = ['Tab', 'Shift', 'Control', 'Alt', 'AltGraph', 'Meta', 'CapsLock', 'NumLock', 'Fn', 'Dead', 'Process', 'Unidentified', 'Compose'];

export type Press = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'altKey' | 'metaKey' | 'repeat'>;

/** named is how a key is kept: a letter is the same in either case. */
function named(key: string): string {
	return key.length === 1 ? key.toLowerCase() : key;
}

/** Keymap is which key does what on one device. It never changes: teaching it makes another one. */
export class Keymap {
	#of: Readonly<Partial<Record<Action, string>>>;

	constructor(of: Readonly<Partial<Record<Action, string>>> = usual) {
		this.#of = of;
	}

	/** read takes what a device has kept; what it does not understand is as usual. */
	static read(text: string | undefined): Keymap {
		try {
			const kept: unknown = JSON.parse(text ?? '');
			if (typeof kept !== 'object' || kept === null) return new Keymap();
			const known = Object.entries(kept).filter(([action, key]) => action in usual && typeof key === 'string' && key !== '' && key.length <= 32);
			const keys = known.map(([, key]) => key as string);
			return new Set(keys).size === keys.length ? new Keymap(Object.fromEntries(known)) : new Keymap();
		} catch {
			return new Keymap();
		}
	}

	/** text is what a device keeps. */
	get text(): string {
		return JSON.stringify(this.#of);
	}

	/** changed: something else than usual was taught. */
	get changed(): boolean {
		return actions.some((a) => this.#of[a] !== usual[a]);
	}

	/** key of an action, or undefined when another action has taken it. */
	key(action: Action): string | undefined {
		return this.#of[action];
	}

	/** holder is the action that a key already does, if it is another one. */
	holder(press: Press, but: Action): Action | undefined {
		const key = named(press.key);
		return actions.find((a) => a !== but && this.#of[a] === key);
	}

	/** teach gives a key to an action and takes it from whoever had it. */
	teach(action: Action, press: Press): Keymap {
		const key = named(press.key);
		const others = Object.entries(this.#of).filter(([, k]) => k !== key);
		return new Keymap({ ...Object.fromEntries(others), [action]: key });
	}

	/** action reads a key; one held down together with Ctrl, Alt or Meta is the browser's, and a finger that rests on Enter bumps one ticket. */
	action(press: Press): Action | undefined {
		if (press.ctrlKey || press.altKey || press.metaKey) return undefined;
		const key = named(press.key);
		const found = actions.find((a) => this.#of[a] === key);
		return press.repeat && found && !held.includes(found) ? undefined : found;
	}
}

/** teachable: the key can be given to an action; Tab and those that only go with others cannot. */
export function teachable(press: Press): boolean {
	return !press.ctrlKey && !press.altKey && !press.metaKey && !press.repeat && press.key.length <= 32 && !never.includes(press.key);
}

/** digitOf is the digit that a key stands for in a number: that of its cell on a bump bar, else the one on the key. */
export function digitOf(press: Press, action: Action | undefined): string | undefined {
	const cell = action && cellOf(action);
	if (cell !== undefined) return String((cell + 1) % 10);
	return !action && /^\d$/.test(press.key) && !press.ctrlKey && !press.altKey && !press.metaKey ? press.key : undefined;
}

/** cellOf is the cell that a digit stands for, from 0, or undefined. */
export function cellOf(action: Action): number | undefined {
	return action.startsWith('focus_') ? Number(action.slice(6)) - 1 : undefined;
}
