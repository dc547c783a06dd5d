import { describe, expect, it } from 'vitest';
import css from './tokens.css?raw';

/** tokens of the first block that starts with a selector. */
function theme(start: string): Record<string, string> {
	const from = css.indexOf(start);
	const block = css.slice(css.indexOf('{', from), css.indexOf('}', from));
	return Object.fromEntries([...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/g)].map((m) => [m[1] as string, m[2] as string]));
}

/** luminance and contrast as WCAG 2.2 defines them. */
function luminance(hex: string): number {
	const [r, g, b] = [1, 3, 5].map((at) => {
		const c = parseInt(hex.slice(at, at + 2), 16) / 255;
		return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
	}) as [number, number, number];
	return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
	const [hi, lo] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
	return (hi + 0.05) / (lo + 0.05);
}

const pairs: [ink: string, ground: string, least: number][] = [
	...['ground', 'surface', 'raised'].map((g): [string, string, number] => ['ink', g, 7]), // item text, read at two metres
	...['ground', 'surface', 'raised'].map((g): [string, string, number] => ['ink-soft', g, 4.5]),
	...['fresh', 'warn', 'late', 'info', 'accent'].flatMap((t): [string, string, number][] => [[t, 'ground', 4.5], [t, 'surface', 4.5]]),
	...['fresh', 'warn', 'late', 'info'].map((t): [string, string, number] => [`on-${t}`, `${t}-fill`, 4.5]),
	['on-calm', 'calm', 4.5],
	['on-accent', 'accent', 4.5],
	['edge', 'surface', 3], // borders of what can be touched
	['edge', 'ground', 3],
	['focus', 'ground', 3],
	['focus', 'surface', 3],
];

describe.each([
	['dark', theme(":root,\n[data-theme='dark']")],
	['light', theme("[data-theme='light']")],
])('%s theme', (_, tokens) => {
	it.each(pairs)('%s on %s has a contrast of at least %d', (ink, ground, least) => {
		expect(contrast(tokens[ink] as string, tokens[ground] as string)).toBeGreaterThanOrEqual(least);
	});
});

it('a reader who prefers light gets the light theme', () => {
	const system = theme(":root[data-theme='system']");
	const light = theme("[data-theme='light']");
	expect(Object.keys(system).length).toBeGreaterThan(10);
	for (const [name, value] of Object.entries(system)) expect(light[name]).toBe(value);
});
