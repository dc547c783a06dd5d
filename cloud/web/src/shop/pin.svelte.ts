import { compass, distance, Ground, type Compass, type Point, type View } from '@awesome/ui/map/ground';
import type { Place } from '../wire.ts';
import type { Restaurant } from './restaurant.ts';

const furthest = 1.15; // the widest view shows the delivery area and a bit around it
const closest = 2; // metres per pixel

/** Pin is the guest's door on the map around a restaurant. */
export class Pin {
	readonly ground: Ground;
	#at = $state.raw<Point | undefined>();
	#zoom = $state(1);

	constructor(
		private readonly restaurant: Restaurant,
		door: Place | undefined,
		private readonly onmove: (door: Place) => void,
	) {
		this.ground = new Ground(restaurant);
		this.#at = door && this.ground.point(door);
		if (this.#at && distance(this.#at, { x: 0, y: 0 }) > 3 * this.radius) this.#at = undefined; // from another town
		this.#zoom = this.#at === undefined ? 1 : 4;
	}

	/** at is the pin in metres from the restaurant. */
	get at(): Point | undefined {
		return this.#at;
	}

	/** radius of the delivery area in metres. */
	get radius(): number {
		return this.restaurant.radius_km * 1000;
	}

	get away(): number {
		return this.#at ? distance({ x: 0, y: 0 }, this.#at) : 0;
	}

	get direction(): Compass {
		return this.#at ? compass({ x: 0, y: 0 }, this.#at) : 'n';
	}

	get outside(): boolean {
		return this.away > this.radius;
	}

	get deepest(): boolean {
		return this.#zoom >= 64;
	}

	get widest(): boolean {
		return this.#zoom <= 1;
	}

	/** view looks at the pin, or at the whole area. */
	view(width: number, height: number): View {
		const all = (2 * furthest * this.radius) / Math.min(width, height);
		return { centre: this.#zoom === 1 || !this.#at ? { x: 0, y: 0 } : this.#at, metresPerPixel: Math.max(closest, all / this.#zoom), width, height };
	}

	/** put sets the pin. The first time the map comes closer, for a door is smaller than a town. */
	put(at: Point): void {
		if (this.#at === undefined) this.#zoom = Math.max(this.#zoom, 8);
		this.#at = at;
		this.onmove(this.ground.place(at));
	}

	putPlace(p: Place): void {
		this.put(this.ground.point(p));
		this.#zoom = Math.max(this.#zoom, 16);
	}

	/** step moves the pin by so many pixels' worth of ground; without a pin it starts at the restaurant. */
	step(dx: number, dy: number, view: View): void {
		const from = this.#at ?? { x: 0, y: 0 };
		this.put({ x: from.x + dx * view.metresPerPixel, y: from.y + dy * view.metresPerPixel });
	}

	zoom(factor: number): void {
		this.#zoom = Math.max(1, Math.min(64, this.#zoom * factor));
	}
}
