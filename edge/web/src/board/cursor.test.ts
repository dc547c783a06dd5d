import { expect, it } from 'vitest';
import { Cursor } from './cursor.svelte.ts';
import { rows } from './rows.ts';
import { item } from './testing.ts';

const all = rows([item('a', { line: 0 }), item('b', { line: 1 }), item('c', { line: 2 })]);
const [a, b, c] = all.map((r) => r.key);

it('goes from the head of a ticket down its lines and back, and no further', () => {
	const cursor = new Cursor();
	const steps = (['up', 'down', 'down', 'down', 'down', 'up', 'up', 'up', 'up'] as const).map((by) => [cursor.along('t', all, by), cursor.of('t')]);
	expect(steps).toEqual([[false, undefined], [true, a], [true, b], [true, c], [false, c], [true, b], [true, a], [true, undefined], [false, undefined]]);
});

it('stays with its line when others are done before it, and means no other when it is gone', () => {
	const cursor = new Cursor();
	cursor.along('t', all, 'down');
	cursor.along('t', all, 'down');
	const later = all.slice(1);
	expect([cursor.of('t'), cursor.of('another')]).toEqual([b, undefined]);
	cursor.along('t', later, 'down');
	expect(cursor.of('t')).toBe(c);
	cursor.along('t', later, 'up');
	const without = [all[0], all[2]].flatMap((r) => r ?? []);
	expect(cursor.of('t')).toBe(b);
	cursor.along('t', without, 'down');
	expect(cursor.of('t')).not.toBe(b);
});

it('goes on to the next line when its own is done here, and behind the last to the one before', () => {
	const cursor = new Cursor();
	cursor.along('t', all, 'down');
	cursor.keep('t', all);
	expect(cursor.of('t')).toBe(a);
	cursor.keep('t', all.slice(1));
	expect(cursor.of('t')).toBe(b);
	cursor.along('t', all.slice(1), 'down');
	cursor.keep('t', all.slice(1, 2));
	expect(cursor.of('t')).toBe(b);
	cursor.keep('t', []);
	expect(cursor.of('t')).toBeUndefined();
});
