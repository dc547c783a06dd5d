import { expect, it } from 'vitest';
import { allDay } from './counts.ts';
import { allergies, rows, sizeLetter, speaksOfAllergy, split } from './rows.ts';
import { item, ticket } from './testing.ts';

it('groups what is made alike and counts what is left to do', () => {
	const [row, other] = rows([item('1', { state: 'done' }), item('2'), item('3', { line: 1, name: 'Hawaii', size: 'small' })]);
	expect([row?.items.length, row?.todo.map((i) => i.id), row?.size, other?.name, other?.size]).toEqual([2, ['2'], 'L', 'Hawaii', 'S']);
});

it('what is made again stands for itself', () => {
	const all = rows([item('1'), item('2', { remakes: 1 })]);
	expect(all.map((r) => [r.items.length, r.remake])).toEqual([[1, false], [1, true]]);
});

it('puts changes where they lie', () => {
	const toppings = [
		{ topping: 'basil', amount: 'none' as const },
		{ topping: 'olives', placement: 'right' as const },
		{ topping: 'ham', placement: 'left' as const },
	];
	const [row] = rows([item('1', { toppings, half: 'hawaii', half_name: 'Hawaii', name: 'Margherita / Hawaii' })]);
	expect([row?.name, row?.half, row?.changes.length, row?.left[0]?.topping, row?.right[0]?.topping]).toEqual(['Margherita', 'Hawaii', 1, 'ham', 'olives']);
	expect(row && split(row)).toBe(true);
});

it('does not overlook an allergy, and takes no other note for one', () => {
	for (const note of ['Allergy: nuts', 'fils céliaque', 'guest is ALLERGIC to milk', 'coeliac', 'celiac disease', 'Zöliakie', 'lactose intolerant', 'allergia alle noci', 'intollerante', 'celiachia', 'ALÉRGICO', 'soy celi\u0301aco', 'intolerância', 'allergique', 'cœliaque', 'Nussallergie', 'Unverträglichkeit', 'Zoeliakie', 'anafilaxia']) {
		expect(speaksOfAllergy(note), note).toBe(true);
	}
	for (const note of ['well done', 'gallery entrance', 'für Oma', 'ring twice', '']) expect(speaksOfAllergy(note), note).toBe(false);
	const [row] = rows([item('1', { note: 'Allergy: nuts' })]);
	expect([row?.allergy, row?.notes]).toEqual(['Allergy: nuts', []]);
});

it('says crust and sauce everywhere, the cut where it is cut, and whom it could harm on the row itself', () => {
	const chosen = item('1', { crust: 'stuffed', crust_name: 'Stuffed', sauce: 'bbq', sauce_name: 'Barbecue', cut: 'squares', cut_name: 'Squares', avoid: ['milk', 'nuts'], conflict: ['milk'] });
	const [make] = rows([chosen], false, false);
	expect([make?.base, make?.cut, make?.avoid]).toEqual([[{ what: 'Crust', name: 'Stuffed' }, { what: 'Sauce', name: 'Barbecue' }], '', 'milk, nuts (milk is in it)']);
	expect(rows([chosen])[0]?.cut).toBe('Squares');
	expect(rows([item('2')]).map((r) => [r.base, r.cut, r.avoid])).toEqual([[[], '', '']]);
	expect(allergies(ticket(1, [chosen, item('2', { note: 'Allergy: eggs' }), item('3', { avoid: ['fish'] })]))).toEqual(['milk, nuts (milk is in it)', 'fish', 'Allergy: eggs']);
});

it('knows a size by its letter', () => {
	expect(['small', 'medium', 'large', 'regular', undefined, 'family'].map(sizeLetter)).toEqual(['S', 'M', 'L', '', '', 'FA']);
});

it('all-day counts come from the tickets that are shown, and from what is left of them', () => {
	const counts = allDay(
		[ticket(1, [item('1'), item('2', { state: 'done', station: 'pass' })]), ticket(2, [item('1', { toppings: [{ topping: 'basil', amount: 'none' }, { topping: 'ham', name: 'Ham', amount: 'extra' }] })])],
		'make',
	);
	expect(counts).toEqual({ items: [{ name: 'L Margherita', count: 2 }], changes: [{ name: 'Ham', count: 1 }] });
});
