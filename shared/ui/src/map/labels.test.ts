import { expect, test } from 'vitest';
import { around, below, label } from './labels.ts';

const glass = { width: 400, height: 300 };
const at = (x: number, y: number, text = 'Ada') => ({ at: { x, y }, text });

test('a name stands below its marker where there is room', () => {
	expect(label([at(100, 100), at(300, 100)], glass)).toEqual([below, below]);
});

test('names of drivers who stand together do not cover each other, and what has no room is left out', () => {
	const all = label([at(200, 150), at(201, 150), at(200, 151), at(201, 151), at(200, 150)], glass);
	const shown = all.filter((l) => l !== undefined);
	expect(new Set(shown.map((l) => `${l.x} ${l.y}`)).size).toBe(shown.length);
	expect(all[0]).toBeDefined();
	expect(all).toContain(undefined);
});

test('a name keeps clear of what else is drawn, and of the edge', () => {
	expect(label([at(200, 150)], glass, [around({ x: 200, y: 178 })])[0]).not.toEqual(below);
	expect(label([at(200, 290)], glass)[0]?.y).toBeLessThan(0);
	expect(label([at(390, 20)], glass)[0]?.anchor).toBe('end');
});
