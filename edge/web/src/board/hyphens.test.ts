import { expect, it } from 'vitest';
import { hyphenated } from './hyphens.ts';

const shown = (text: string, from?: number) => hyphenated(text, from).replaceAll('\u00AD', '-');

it('long words break between syllables, and three letters stay on either side', () => {
	const words = ['Prosciutto', 'Margherita', 'Capricciosa', 'Vegetariana', 'Frutti di mare', 'Quattro formaggi', 'Mozzarella', 'Cheeseburger', 'Champignons'];
	expect(words.map((w) => shown(w))).toEqual([
		'Pro-sciutto', 'Mar-ghe-rita', 'Capric-ciosa', 'Vege-ta-riana', 'Frutti di mare', 'Quattro formaggi', 'Moz-za-rella', 'Chee-se-bur-ger',
		'Cham-pi-gnons',
	]);
});

it('what is short enough, or no word, stays as it is', () => {
	expect([shown('Hawaii'), shown('Diavola', 8), shown('12345678901'), shown('')]).toEqual(['Hawaii', 'Diavola', '12345678901', '']);
});

it('loses no letter, whatever the name', () => {
	for (const w of ['Jalapeños y champiñones', 'Straßenkünstlerpizza', 'ЭкстраПицца', 'bbbbbbbbbbbb', 'aaaaaaaaaaaa']) expect(shown(w).replaceAll('-', '')).toBe(w);
});
