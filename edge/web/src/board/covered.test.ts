import { expect, it } from 'vitest';
import { bare } from './covered.ts';

const card = document.createElement('article');
const row = card.appendChild(document.createElement('button'));
const dialog = document.createElement('dialog');
card.getBoundingClientRect = () => new DOMRect(0, 0, 300, 300);

it('a card whose own rows lie on top is seen, and one under a window is not', () => {
	expect(bare(card, () => row)).toBe(true);
	expect(bare(card, () => dialog)).toBe(false);
});

it('half of it is enough to read it by, a third is not, and what is out of view does not count', () => {
	expect(bare(card, (x) => (x > 200 ? dialog : row))).toBe(true);
	expect(bare(card, (x) => (x > 100 ? dialog : row))).toBe(false);
	expect(bare(card, (_, y) => (y > 100 ? null : row))).toBe(true);
	expect(bare(card, () => null)).toBe(false);
});

it('where nobody can look, what is on the page counts', () => {
	expect(bare(card)).toBe(true); // this document draws nothing
});
