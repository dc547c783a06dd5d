import type { Product } from '@awesome/ui';
import { expect, it } from 'vitest';
import { find } from './find.ts';

const product = (name: string, description = ''): Product => ({ id: name, name, category: 'pizza', description, sizes: [] });
const menu = [product('Hawaii', 'Ham and pineapple'), product('Tiramisù'), product('Capricciosa', 'Ham, mushrooms, olives'), product('Ham and cheese')];

it('finds by the beginning of the name first, then within it, then by what is on it', () => {
	expect(find(menu, 'ham').map((p) => p.name)).toEqual(['Ham and cheese', 'Hawaii', 'Capricciosa']);
	expect(find(menu, 'OLIVES ham').map((p) => p.name)).toEqual(['Capricciosa']);
});

it('does not ask for accents, and finds nothing for nothing', () => {
	expect(find(menu, 'tiramisu').map((p) => p.name)).toEqual(['Tiramisù']);
	expect([find(menu, '  '), find(menu, 'sushi'), find(menu, '.*')]).toEqual([[], [], []]);
});
