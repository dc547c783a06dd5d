import type { Amount, Placement } from '@awesome/ui';

/** How a topping is drawn: pieces of one form, scattered, or a layer under everything. */
export interface Look {
	form: 'disc' | 'ring' | 'leaf' | 'strip' | 'cube' | 'crescent' | 'blob' | 'dot' | 'petal' | 'yolk';
	fill: string;
	inner?: string;
	size: number; // half the length of a piece; the pizza's radius is 100
	count: number; // pieces of a normal amount on the whole pizza
}

const looks: Record<string, Look> = {
	basil: { form: 'leaf', fill: '#3f7d2c', size: 10, count: 9 },
	pepperoni: { form: 'disc', fill: '#b8321f', inner: '#cf4a30', size: 11.5, count: 17 },
	ham: { form: 'petal', fill: '#eaa79a', inner: '#f3c0b3', size: 12, count: 12 },
	salami: { form: 'disc', fill: '#9e2b25', inner: '#c4574a', size: 10.5, count: 15 },
	bacon: { form: 'strip', fill: '#a8402f', inner: '#eec2a4', size: 12, count: 13 },
	chicken: { form: 'cube', fill: '#e9c58e', inner: '#f6dfb6', size: 8.5, count: 15 },
	beef: { form: 'blob', fill: '#6b4024', inner: '#85532f', size: 6, count: 26 },
	tuna: { form: 'blob', fill: '#d8b7a0', inner: '#ead2c2', size: 8.5, count: 16 },
	anchovies: { form: 'strip', fill: '#6f6257', inner: '#a99c8e', size: 12, count: 9 },
	prawns: { form: 'crescent', fill: '#f08a63', inner: '#f9bfa2', size: 11, count: 11 },
	mushrooms: { form: 'petal', fill: '#d9c6a5', inner: '#f1e5cf', size: 10, count: 14 },
	onion: { form: 'ring', fill: '#9b4a86', size: 10, count: 12 },
	peppers: { form: 'crescent', fill: '#d83a2e', inner: '#5da03a', size: 10.5, count: 13 },
	olives: { form: 'ring', fill: '#2b2430', size: 5.5, count: 20 },
	pineapple: { form: 'cube', fill: '#f2c230', inner: '#fbe07a', size: 8, count: 14 },
	jalapenos: { form: 'ring', fill: '#4f8f2f', size: 7, count: 15 },
	spinach: { form: 'leaf', fill: '#2f6a37', size: 12, count: 15 },
	artichokes: { form: 'petal', fill: '#93a05a', inner: '#bcc488', size: 11, count: 9 },
	rocket: { form: 'leaf', fill: '#4f9a35', size: 14, count: 15 },
	cherry_tomatoes: { form: 'disc', fill: '#d32c1f', inner: '#f0795f', size: 8, count: 13 },
	garlic: { form: 'dot', fill: '#f6ebcf', size: 3.6, count: 26 },
	sweetcorn: { form: 'dot', fill: '#f6c92c', size: 3.8, count: 34 },
	gorgonzola: { form: 'blob', fill: '#e9e6d2', inner: '#6f8fae', size: 9.5, count: 11 },
	parmesan: { form: 'strip', fill: '#f3e2ab', inner: '#fff4d0', size: 9, count: 15 },
	feta: { form: 'cube', fill: '#fbf8ee', inner: '#ffffff', size: 7, count: 14 },
	ricotta: { form: 'blob', fill: '#fffaf0', inner: '#ffffff', size: 10.5, count: 9 },
	cheese_blisters: { form: 'blob', fill: '#dba65a', inner: '#e9bd74', size: 7, count: 16 },
	sauce_shows: { form: 'blob', fill: '#c9502f', inner: '#c23b22', size: 6, count: 13 },
	egg: { form: 'yolk', fill: '#fffdf5', inner: '#f5a81c', size: 24, count: 1 },
	prosciutto: { form: 'petal', fill: '#c85f5c', inner: '#e7a49b', size: 16, count: 9 },
	nduja: { form: 'blob', fill: '#c2361b', inner: '#dd5a36', size: 8, count: 14 },
};

const layers: Record<string, string> = { tomato_sauce: '#c23b22', bbq_sauce: '#6b2d1a' };

/** layerOf is the colour of a sauce; toppings that are none have no layer. */
export function layerOf(topping: string): string | undefined {
	return layers[topping];
}

/** lookOf a topping. One that nobody has drawn yet is a disc in a colour of its own. */
export function lookOf(topping: string): Look {
	return looks[topping] ?? { form: 'disc', fill: `hsl(${hash(topping) % 360} 45% 45%)`, size: 8, count: 14 };
}

const share: Record<Amount, number> = { none: 0, light: 0.55, normal: 1, extra: 1.45, double: 1.9 };

/** One thing that lies on a pizza. */
export interface Laid {
	topping: string;
	placement: Placement;
	amount: Amount;
}

/** One kind of piece, ready to draw: all pieces in two paths. */
export interface Drawn {
	topping: string;
	outer: string;
	inner: string;
	fill: string;
	innerFill: string;
	ring: boolean;
}

/** draw scatters a topping over its part of the pizza, always in the same way: pieces come and go, but none moves. */
export function draw(laid: Laid): Drawn {
	const look = lookOf(laid.topping);
	const wanted = Math.max(laid.amount === 'none' ? 0 : 1, Math.round(look.count * share[laid.amount]));
	let outer = '';
	let inner = '';
	for (const { x, y, spin, grow } of spots(laid.topping, look).slice(0, wanted)) {
		if (laid.placement === 'left' && x > -look.size / 3) continue;
		if (laid.placement === 'right' && x < look.size / 3) continue;
		const [o, n] = piece(look, x, y, spin, look.size * grow);
		outer += o;
		inner += n;
	}
	return { topping: laid.topping, outer, inner, fill: look.fill, innerFill: look.inner ?? look.fill, ring: look.form === 'ring' };
}

interface Spot {
	x: number;
	y: number;
	spin: number;
	grow: number;
}

const known = new Map<string, Spot[]>();

/** spots for the largest amount, each as far as can be from those before it: any first few of them are spread well. */
function spots(topping: string, look: Look): Spot[] {
	const before = known.get(topping);
	if (before) return before;
	const random = randomFrom(hash(topping));
	const reach = 84 - look.size;
	const out: Spot[] = [];
	const all = Math.ceil(look.count * share.double);
	for (let i = 0; i < all; i++) {
		let best = { x: 0, y: 0 };
		let furthest = -1;
		for (let tries = look.count === 1 && i === 0 ? 0 : 14; tries > 0; tries--) {
			const r = reach * Math.sqrt(random());
			const angle = random() * Math.PI * 2;
			const p = { x: r * Math.cos(angle), y: r * Math.sin(angle) };
			const away = Math.min(...out.map((o) => Math.hypot(o.x - p.x, o.y - p.y)), 200);
			if (away > furthest) [best, furthest] = [p, away];
		}
		out.push({ ...best, spin: random() * Math.PI, grow: 0.85 + random() * 0.3 });
	}
	known.set(topping, out);
	return out;
}

/** piece is the outline of one piece, and of what is seen inside it. */
function piece(look: Look, x: number, y: number, spin: number, s: number): [string, string] {
	const at = (dx: number, dy: number): string => {
		const px = x + dx * Math.cos(spin) - dy * Math.sin(spin);
		const py = y + dx * Math.sin(spin) + dy * Math.cos(spin);
		return `${px.toFixed(1)} ${py.toFixed(1)}`;
	};
	const circle = (r: number, dx = 0, dy = 0): string =>
		`M${at(dx - r, dy)}a${r.toFixed(1)} ${r.toFixed(1)} 0 1 0 ${turned(2 * r, 0, spin)}a${r.toFixed(1)} ${r.toFixed(1)} 0 1 0 ${turned(-2 * r, 0, spin)}Z`;
	const quad = (w: number, h: number): string => `M${at(-w, -h)}L${at(w, -h * 0.8)}L${at(w * 0.9, h)}L${at(-w * 0.9, h * 0.9)}Z`;
	switch (look.form) {
		case 'disc':
			return [circle(s), circle(s * 0.3, -s * 0.35, -s * 0.2) + circle(s * 0.2, s * 0.35, s * 0.3) + circle(s * 0.16, s * 0.2, -s * 0.45)];
		case 'ring':
			return [circle(s), ''];
		case 'dot':
			return [circle(s), ''];
		case 'yolk':
			return [`M${at(-s, 0)}C${at(-s * 1.1, -s)} ${at(s * 0.3, -s * 1.2)} ${at(s * 0.9, -s * 0.5)}S${at(s * 0.9, s)} ${at(0, s * 0.95)}S${at(-s * 0.9, s * 0.7)} ${at(-s, 0)}Z`, circle(s * 0.45)];
		case 'leaf':
			return [`M${at(-s, 0)}Q${at(0, -s * 0.75)} ${at(s, 0)}Q${at(0, s * 0.75)} ${at(-s, 0)}Z`, ''];
		case 'strip':
			return [quad(s, s * 0.28), quad(s * 0.9, s * 0.09)];
		case 'cube':
			return [quad(s, s * 0.8), quad(s * 0.5, s * 0.4)];
		case 'crescent':
			return [
				`M${at(-s, s * 0.3)}Q${at(0, -s * 1.3)} ${at(s, s * 0.3)}Q${at(0, -s * 0.35)} ${at(-s, s * 0.3)}Z`,
				`M${at(-s * 0.7, s * 0.02)}Q${at(0, -s * 1.0)} ${at(s * 0.7, s * 0.02)}Q${at(0, -s * 0.62)} ${at(-s * 0.7, s * 0.02)}Z`,
			];
		case 'petal':
			return [
				`M${at(-s, s * 0.25)}C${at(-s * 0.9, -s * 0.9)} ${at(s * 0.9, -s * 0.9)} ${at(s, s * 0.25)}C${at(s * 0.5, s * 0.55)} ${at(s * 0.3, s * 0.2)} ${at(0, s * 0.6)}C${at(-s * 0.3, s * 0.2)} ${at(-s * 0.5, s * 0.55)} ${at(-s, s * 0.25)}Z`,
				`M${at(-s * 0.6, 0)}C${at(-s * 0.5, -s * 0.55)} ${at(s * 0.5, -s * 0.55)} ${at(s * 0.6, 0)}Q${at(0, -s * 0.25)} ${at(-s * 0.6, 0)}Z`,
			];
		case 'blob':
			return [
				`M${at(-s, 0)}C${at(-s, -s * 0.9)} ${at(s * 0.1, -s)} ${at(s * 0.7, -s * 0.5)}S${at(s * 0.9, s * 0.8)} ${at(0, s * 0.8)}S${at(-s, s * 0.6)} ${at(-s, 0)}Z`,
				circle(s * 0.3, -s * 0.1, -s * 0.15),
			];
	}
}

function turned(dx: number, dy: number, spin: number): string {
	return `${(dx * Math.cos(spin) - dy * Math.sin(spin)).toFixed(1)} ${(dx * Math.sin(spin) + dy * Math.cos(spin)).toFixed(1)}`;
}

/** hash is FNV-1a: names become numbers, the same ones on every screen. */
function hash(text: string): number {
	let h = 0x811c9dc5;
	for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193) >>> 0;
	return h;
}

/** randomFrom is mulberry32. */
function randomFrom(seed: number): () => number {
	let a = seed;
	return () => {
		a = (a + 0x6d2b79f5) | 0;
		let t = Math.imul(a ^ (a >>> 15), 1 | a);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	};
}
