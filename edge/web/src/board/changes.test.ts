import { describe, expect, it } from 'vitest';
import { news, told } from './changes.ts';
import { item, ticket } from './testing.ts';

describe('a changed order', () => {
	const diavola = { product: 'diavola', name: 'Diavola', size: 'large', quantity: 1 };
	const lines = [
		{ was: { ...diavola, size: 'medium' }, now: { ...diavola, toppings: [{ topping: 'olives' }] } },
		{ was: { product: 'napoli', name: 'Napoli', size: 'small', quantity: 2 } },
		{ now: { product: 'cola', name: 'Cola', quantity: 1 } },
	];
	const notice = { id: '1', kind: 'changed' as const, at: '2026-07-03T18:00:00.000Z', lines };
	const olives = [{ topping: 'olives', name: 'Olives', placement: 'whole' as const, amount: 'normal' as const }];
	const changed = item('1', { product: 'diavola', toppings: olives });
	const fresh = item('2', { product: 'cola', size: '', station: 'sides' });
	const old = item('3', { product: 'diavola' });

	it('marks the lines that are new and that are other than before, and no other', () => {
		const t = ticket(7, [changed, fresh, old], { notices: [notice] });
		expect([changed, fresh, old].map((i) => news(t, i))).toEqual(['isChanged', 'isNew', undefined]);
	});

	it('marks nothing once somebody has taken note', () => {
		const t = ticket(7, [changed], { notices: [{ ...notice, acknowledged_at: '2026-07-03T18:01:00.000Z' }] });
		expect(news(t, changed)).toBeUndefined();
	});

	it('says what was, what is and what is gone', () => {
		expect(told(notice)).toEqual([
			{ sign: '→', text: '1× L Diavola (was 1× M Diavola)' },
			{ sign: '−', text: '2× S Napoli' },
			{ sign: '+', text: '1× Cola' },
		]);
	});

	it('says another crust, sauce, cut and allergy, and marks them', () => {
		const now = { ...diavola, crust: 'gluten_free', sauce: 'bbq', cut: 'squares', avoid: ['milk'] };
		const other = { ...notice, lines: [{ was: diavola, now }] };
		expect(told(other)).toEqual([{ sign: '→', text: '1× L Diavola, Crust gluten free, Sauce bbq, Cut squares, Allergy: milk (was 1× L Diavola)' }]);
		const [same, old] = [item('1', { ...now, crust_name: 'Gluten-free' }), item('2', { product: 'diavola' })];
		expect([same, old].map((i) => news(ticket(7, [same, old], { notices: [other] }), i))).toEqual(['isChanged', undefined]);
	});

	it('does not say twice what only has other toppings', () => {
		expect(told({ ...notice, lines: [{ was: diavola, now: { ...diavola, note: 'well done' } }] })).toEqual([{ sign: '→', text: '1× L Diavola' }]);
	});
});
