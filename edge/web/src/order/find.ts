import type { Product } from '@awesome/ui';

const plain = (s: string) => s.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/** find is every product that has all the words somewhere; those whose name begins with them first. */
export function find(products: readonly Product[], asked: string): Product[] {
	const words = plain(asked).split(/\s+/).filter(Boolean);
	if (words.length === 0) return [];
	const rank = (p: Product) => {
		const name = plain(p.name);
		if (name.startsWith(words.join(' '))) return 0;
		return words.every((w) => name.includes(w)) ? 1 : 2;
	};
	return products
		.filter((p) => words.every((w) => plain(`${p.name} ${p.description} ${p.category}`).includes(w)))
		.sort((a, b) => rank(a) - rank(b));
}
