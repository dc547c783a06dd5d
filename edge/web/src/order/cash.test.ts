import { expect, it } from 'vitest';
import { due, pieces, tender } from './cash.ts';

it('says what is missing until it is enough, then what goes back', () => {
	expect([0, 1000, 1624, 2000].map((given) => due(1624, given))).toEqual([
		{ missing: 1624, change: 0 }, { missing: 624, change: 0 }, { missing: 0, change: 0 }, { missing: 0, change: 376 },
	]);
});

it('counts the change out, largest first, and loses not a cent', () => {
	expect(pieces(2776, 'USD')).toEqual([{ minor: 2000, count: 1 }, { minor: 500, count: 1 }, { minor: 100, count: 2 }, { minor: 76, count: 1 }]);
	for (let change = 0; change < 20_000; change += 37) expect(pieces(change, 'EUR').reduce((sum, p) => sum + p.minor * p.count, 0)).toBe(change);
});

it('knows no currency without anything to pay with', () => {
	expect(tender('XYZ').length).toBeGreaterThan(3);
});
