import { expect, it } from 'vitest';
import { actions, cellOf, digitOf, Keymap, teachable, usual } from './keys.ts';

const press = (key: string, more = {}) => ({ key, ctrlKey: false, altKey: false, metaKey: false, repeat: false, ...more });
const read = (key: string, more = {}) => new Keymap().action(press(key, more));

it('digits focus the cell that shows them', () => {
	expect(['1', '9', '0'].map((k) => cellOf(read(k) ?? 'close'))).toEqual([0, 8, 9]);
	expect(cellOf('bump')).toBeUndefined();
});

it('each key of a bump bar does its thing, in either case', () => {
	expect(['Enter', ' ', 'S', 'H', 'u', 'Backspace', 'R', 'a', 'PageUp', 'PageDown', 'ArrowUp', 'Escape'].map((k) => read(k))).toEqual([
		'bump', 'item', 'start', 'hold', 'undo', 'recall_last', 'recall_list', 'all_day', 'page_up', 'page_down', 'up', 'close',
	]);
	expect(read('x')).toBeUndefined();
});

it('a finger that rests on Enter bumps one ticket, and the browser keeps its own keys', () => {
	expect(read('Enter', { repeat: true })).toBeUndefined();
	expect(read('ArrowLeft', { repeat: true })).toBe('left');
	expect(read('r', { ctrlKey: true })).toBeUndefined();
});

it('no two actions have the same key as usual', () => {
	expect(new Set(Object.values(usual)).size).toBe(actions.length);
});

it('a key that is taught is the only one of its action, and whoever had it has none', () => {
	const map = new Keymap().teach('bump', press('F5'));
	expect([map.action(press('F5')), map.action(press('Enter')), map.changed]).toEqual(['bump', undefined, true]);
	expect(map.holder(press('U'), 'bump')).toBe('undo');
	expect(map.holder(press('F5'), 'bump')).toBeUndefined();
	const taken = map.teach('bump', press('U'));
	expect([taken.action(press('u')), taken.key('undo'), taken.key('bump')]).toEqual(['bump', undefined, 'u']);
});

it('what was taught outlives a reload, and nonsense does not', () => {
	const map = new Keymap().teach('bump', press('F5')).teach('item', press('b'));
	const again = Keymap.read(map.text);
	expect(actions.map((a) => again.key(a))).toEqual(actions.map((a) => map.key(a)));
	for (const nonsense of [undefined, '', '{', '7', 'null', '{"bump":"x","item":"x"}']) expect(Keymap.read(nonsense).changed).toBe(false);
	expect(Keymap.read('{"bump":"x","dance":"y","item":7,"undo":""}').key('bump')).toBe('x');
});

it('Tab, and keys that only go with others, cannot be taught', () => {
	expect(['Tab', 'Shift', 'Meta'].map((k) => teachable(press(k)))).toEqual([false, false, false]);
	expect(teachable(press('F13'))).toBe(true);
	expect(teachable(press('b', { ctrlKey: true }))).toBe(false);
});

it('a digit of a number is that of the cell it stands for, or the one on the key', () => {
	const press = (key: string, more: object = {}) => ({ key, ctrlKey: false, altKey: false, metaKey: false, repeat: false, ...more });
	const bar = new Keymap().teach('focus_10', press('F5'));
	const digit = (key: string, more: object = {}) => digitOf(press(key, more), bar.action(press(key, more)));
	expect([digit('1'), digit('9'), digit('F5'), digit('0'), digit('s'), digit('0', { ctrlKey: true })]).toEqual(['1', '9', '0', '0', undefined, undefined]);
});
