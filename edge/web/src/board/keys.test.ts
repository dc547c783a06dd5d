import { expect, it } from 'vitest';
import { command } from './keys.ts';

const press = (key: string, more = {}) => command({ key, ctrlKey: false, altKey: false, metaKey: false, repeat: false, ...more });

it('digits focus the cell that shows them', () => {
	expect(['1', '9', '0'].map((k) => press(k))).toEqual([0, 8, 9].map((cell) => ({ do: 'focus', cell })));
});

it('each key of a bump bar does its thing, in either case', () => {
	expect(['Enter', ' ', 'S', 'u', 'Backspace', 'R', 'a', 'Escape'].map((k) => press(k)?.do)).toEqual([
		'bump', 'item', 'start', 'undo', 'recall_last', 'recall_list', 'all_day', 'close',
	]);
	expect(press('ArrowUp')).toEqual({ do: 'move', by: 'up' });
	expect(press('x')).toBeUndefined();
});

it('a finger that rests on Enter bumps one ticket, and the browser keeps its own keys', () => {
	expect(press('Enter', { repeat: true })).toBeUndefined();
	expect(press('ArrowLeft', { repeat: true })).toEqual({ do: 'move', by: 'left' });
	expect(press('r', { ctrlKey: true })).toBeUndefined();
});
