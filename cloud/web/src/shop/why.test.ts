import { expect, test } from 'vitest';
import type { Basis, Quote } from '../wire.ts';
import { en } from '../words/order/en.ts';
import { it } from '../words/order/it.ts';
import { why } from './why.ts';

const at = '2026-07-03T18:00:00.000Z';
const now = Date.parse(at) + 200_000;
const basis: Basis = { by: 'kitchen', as_of: at, stale: false, orders_ahead: 0, make_s: 90, bake_s: 0, driver_wait_s: 0, drive_s: 0, late_s: 0, reasons: [] };
const quote = (b?: Partial<Basis>, large = false): Quote => ({
	lines: [], totals: {} as Quote['totals'], promise: { from: at, to: at, because: ['3 orders ahead'] }, ...(b && { basis: { ...basis, ...b }, large }),
});

test('a cloud that says no numbers says it in its own words', () => {
	expect(why(quote(), it.whyThen, now)).toEqual(['3 orders ahead']);
});

test('what makes a range is said in the words of the page', () => {
	const full = quote({ orders_ahead: 1, bake_s: 390, driver_wait_s: 240, drive_s: 500, late_s: 900, reasons: ['oven-1 is too cold'], stale: true, by: 'both' }, true);
	expect(why(full, en.whyThen, now)).toEqual([
		'1 order ahead', '7 min in the oven', 'an oven is not well', 'a large order', 'a driver in about 4 min', '9 min on the road',
		'the restaurant cannot be reached at the moment', 'the kitchen was last heard of 4 min ago',
	]);
	expect(why(full, it.whyThen, now)).toHaveLength(8);
	expect(why(full, it.whyThen, now).join()).not.toContain('oven');
});

test('what plays no part is not said', () => {
	expect(why(quote({}), en.whyThen, now)).toEqual([]);
	expect(why(quote({ orders_ahead: 2, as_of: null }), en.whyThen, now)).toEqual(['2 orders ahead']);
});
