import type { Place } from '../wire.ts';

// A map without a map server: positions and distances are true, the streets are a sketch, always the same one around the same restaurant.

/** A point in metres from the anchor: x to the east, y to the north. */
export interface Point {
	x: number;
	y: number;
}

const metresPerDegree = 111_320;

/** Ground is the surroundings of one place, flat, in metres. It is good for a town, not for a continent. */
export class Ground {
	readonly #cos: number;
	readonly #tilt: number; // the angle of the streets

	constructor(readonly anchor: Place) {
		this.#cos = Math.max(0.01, Math.cos((anchor.latitude * Math.PI) / 180));
		this.#tilt = ((noise(Math.round(anchor.latitude * 1e4), Math.round(anchor.longitude * 1e4)) - 0.5) * Math.PI) / 5;
	}

	point(p: Place): Point {
		return { x: (p.longitude - this.anchor.longitude) * metresPerDegree * this.#cos, y: (p.latitude - this.anchor.latitude) * metresPerDegree };
	}

	place(p: Point): Place {
		return {
			latitude: round(this.anchor.latitude + p.y / metresPerDegree),
			longitude: round(this.anchor.longitude + p.x / (metresPerDegree * this.#cos)),
		};
	}

	/** way is a line from one point to another along the streets, as a driver would turn. */
	way(from: Point, to: Point): Point[] {
		const a = this.#turn(from, -this.#tilt);
		const b = this.#turn(to, -this.#tilt);
		const first = this.#nearest('y', a.y);
		const last = this.#nearest('x', b.x);
		const corners = [{ x: a.x, y: first }, { x: last, y: first }, { x: last, y: b.y }];
		return [from, ...corners.map((p) => this.#turn(p, this.#tilt)), to];
	}

	/** streets in sight, widest first, and the parks between them. Streets that would stand too close to tell apart are left out. */
	streets(v: View): { wide: string; narrow: string; parks: string } {
		const reach = (Math.hypot(v.width, v.height) / 2) * v.metresPerPixel;
		const c = this.#turn(v.centre, -this.#tilt);
		const line = (along: 'x' | 'y', at: number): string => {
			const ends = [c[along === 'x' ? 'y' : 'x'] - reach, c[along === 'x' ? 'y' : 'x'] + reach];
			return ends
				.map((e, i) => {
					const p = onGlass(v, this.#turn(along === 'x' ? { x: at, y: e } : { x: e, y: at }, this.#tilt));
					return `${i === 0 ? 'M' : 'L'}${p.x.toFixed(1)} ${p.y.toFixed(1)}`;
				})
				.join('');
		};
		let wide = '';
		let narrow = '';
		for (const along of ['x', 'y'] as const) {
			for (let i = Math.floor((c[along] - reach) / block); i <= (c[along] + reach) / block; i++) {
				const at = this.#street(along, i);
				if (i % 5 === 0) wide += line(along, at);
				else if (block / v.metresPerPixel >= 11) narrow += line(along, at);
			}
		}
		return { wide, narrow, parks: this.#parks(v, c, reach) };
	}

	#parks(v: View, c: Point, reach: number): string {
		const cell = block * 5;
		let out = '';
		for (let i = Math.floor((c.x - reach) / cell); i <= (c.x + reach) / cell; i++) {
			for (let j = Math.floor((c.y - reach) / cell); j <= (c.y + reach) / cell; j++) {
				if (noise(i * 31 + 7, j * 17 + 3) > 0.16) continue;
				const from = 1 + Math.floor(noise(i, j) * 2);
				const to = from + 1 + Math.floor(noise(j, i) * 2);
				const corners = [[from, from], [to, from], [to, to], [from, to]] as const;
				out += corners
					.map(([a, b], n) => {
						const p = onGlass(v, this.#turn({ x: this.#street('x', i * 5 + a), y: this.#street('y', j * 5 + b) }, this.#tilt));
						return `${n === 0 ? 'M' : 'L'}${p.x.toFixed(1)} ${p.y.toFixed(1)}`;
					})
					.join('');
				out += 'Z';
			}
		}
		return out;
	}

	#street(along: 'x' | 'y', i: number): number {
		return i * block + (i % 5 === 0 ? 0 : (noise(i, along === 'x' ? 1 : 2) - 0.5) * 0.5 * block);
	}

	#nearest(along: 'x' | 'y', at: number): number {
		const i = Math.round(at / block);
		const near = [i - 1, i, i + 1].map((n) => this.#street(along, n));
		return near.reduce((best, s) => (Math.abs(s - at) < Math.abs(best - at) ? s : best));
	}

	#turn(p: Point, angle: number): Point {
		return { x: p.x * Math.cos(angle) - p.y * Math.sin(angle), y: p.x * Math.sin(angle) + p.y * Math.cos(angle) };
	}
}

const block = 130; // metres between two streets

/** View is what of the ground is seen: its centre in metres, and how many pixels it is drawn on. */
export interface View {
	centre: Point;
	metresPerPixel: number;
	width: number;
	height: number;
}

export function onGlass(v: View, p: Point): Point {
	return { x: v.width / 2 + (p.x - v.centre.x) / v.metresPerPixel, y: v.height / 2 - (p.y - v.centre.y) / v.metresPerPixel };
}

export function underGlass(v: View, p: Point): Point {
	return { x: v.centre.x + (p.x - v.width / 2) * v.metresPerPixel, y: v.centre.y - (p.y - v.height / 2) * v.metresPerPixel };
}

/** fit is the view that shows all points with a margin in pixels, and at least some hundred metres. */
export function fit(points: Point[], width: number, height: number, margin = 48): View {
	const xs = points.map((p) => p.x);
	const ys = points.map((p) => p.y);
	const [left, right, low, high] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
	const wide = Math.max(1, width - 2 * margin);
	const tall = Math.max(1, height - 2 * margin);
	return {
		centre: { x: (left + right) / 2, y: (low + high) / 2 },
		metresPerPixel: Math.max((right - left) / wide, (high - low) / tall, 500 / Math.max(wide, tall)),
		width,
		height,
	};
}

export function distance(a: Point, b: Point): number {
	return Math.hypot(a.x - b.x, a.y - b.y);
}

export type Compass = 'n' | 'ne' | 'e' | 'se' | 's' | 'sw' | 'w' | 'nw';

/** compass is the direction from a to b, one of eight. */
export function compass(a: Point, b: Point): Compass {
	const eighth = Math.round((Math.atan2(b.x - a.x, b.y - a.y) * 4) / Math.PI);
	return (['n', 'ne', 'e', 'se', 's', 'sw', 'w', 'nw'] as const)[(eighth + 8) % 8] ?? 'n';
}

/** scaleBar is the roundest distance that takes at most so many pixels. */
export function scaleBar(metresPerPixel: number, pixels: number): number {
	const most = metresPerPixel * pixels;
	const ten = 10 ** Math.floor(Math.log10(most));
	return [5, 2, 1].map((n) => n * ten).find((m) => m <= most) ?? ten;
}

/** noise is a number from 0 to 1 that is always the same for the same two whole numbers. */
function noise(i: number, j: number): number {
	let h = Math.imul(i ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(j ^ 0x7f4a7c15, 0xc2b2ae35);
	h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
	return ((h ^ (h >>> 13)) >>> 0) / 4294967296;
}

function round(degrees: number): number {
	return Math.round(degrees * 1e6) / 1e6;
}
