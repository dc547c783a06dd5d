import { describe, expect, test } from 'vitest';
import { compass, distance, fit, Ground, onGlass, scaleBar, underGlass, type View } from './ground.ts';

const anchor = { latitude: 40.741, longitude: -73.989 };
const ground = new Ground(anchor);
const view: View = { centre: { x: 100, y: -50 }, metresPerPixel: 4, width: 360, height: 300 };

test('a degree of latitude is 111 km, a degree of longitude less', () => {
	expect(distance(ground.point({ latitude: 41.741, longitude: -73.989 }), { x: 0, y: 0 })).toBeCloseTo(111_320, -1);
	expect(distance(ground.point({ latitude: 40.741, longitude: -72.989 }), { x: 0, y: 0 })).toBeCloseTo(84_340, -3);
});

test('there and back is the same place, within a tenth of a metre', () => {
	for (const p of [{ x: 0, y: 0 }, { x: 1234, y: -567 }, { x: -8000, y: 8000 }]) expect(distance(ground.point(ground.place(p)), p)).toBeLessThan(0.2);
});

test('what is drawn at a pixel is found at that pixel', () => {
	const p = underGlass(view, { x: 17, y: 251 });
	expect(onGlass(view, p).x).toBeCloseTo(17);
	expect(onGlass(view, p).y).toBeCloseTo(251);
});

test('north is up', () => {
	expect(onGlass(view, { x: 0, y: 100 }).y).toBeLessThan(onGlass(view, { x: 0, y: 0 }).y);
});

test.each([[0, 10, 'n'], [10, 10, 'ne'], [10, 0, 'e'], [10, -10, 'se'], [0, -10, 's'], [-10, -10, 'sw'], [-10, 0, 'w'], [-10, 10, 'nw']] as const)('%d, %d lies to the %s', (x, y, way) => {
	expect(compass({ x: 0, y: 0 }, { x, y })).toBe(way);
});

describe('fit', () => {
	test('shows all points within the margin', () => {
		const points = [{ x: -900, y: 20 }, { x: 1500, y: 700 }, { x: 0, y: -2000 }];
		const v = fit(points, 360, 300, 40);
		for (const p of points) {
			const at = onGlass(v, p);
			expect(at.x).toBeGreaterThanOrEqual(39.9);
			expect(at.x).toBeLessThanOrEqual(320.1);
			expect(at.y).toBeGreaterThanOrEqual(39.9);
			expect(at.y).toBeLessThanOrEqual(260.1);
		}
	});

	test('does not go closer than some hundred metres around a single point', () => {
		expect(fit([{ x: 5, y: 5 }], 360, 300).metresPerPixel).toBeGreaterThan(1);
	});
});

test('a way begins and ends where it should, and is not much longer than the streets make it', () => {
	const from = { x: 0, y: 0 };
	const to = { x: 820, y: 430 };
	const way = ground.way(from, to);
	expect(way[0]).toEqual(from);
	expect(way.at(-1)).toEqual(to);
	const length = way.slice(1).reduce((sum, p, i) => sum + distance(p, way[i] ?? p), 0);
	expect(length).toBeGreaterThanOrEqual(distance(from, to));
	expect(length).toBeLessThan(2 * (820 + 430));
});

test('the streets are the same around the same restaurant, and thin out from afar', () => {
	expect(new Ground(anchor).streets(view)).toEqual(ground.streets(view));
	expect(ground.streets(view).narrow).not.toBe('');
	expect(ground.streets({ ...view, metresPerPixel: 40 }).narrow).toBe('');
	expect(ground.streets({ ...view, metresPerPixel: 40 }).wide).not.toBe('');
});

test.each([[4, 90, 200], [1, 90, 50], [46, 90, 2000], [12, 90, 1000]])('at %d m a pixel the bar of %d pixels shows %d m', (mpp, pixels, metres) => {
	expect(scaleBar(mpp, pixels)).toBe(metres);
});
