const holds = 300; // ms a finger rests on a card before it takes it along: less is a touch, or scrolling
const moves = 8; // pixels a mouse moves before it drags

/** Drag takes a card along to a lane with a finger, a pen or a mouse. Everything it does can be done with buttons. */
export class Drag {
	#order = $state('');
	#over = $state('');
	#x = $state(0);
	#y = $state(0);
	#stop: (() => void) | undefined;
	#dropped = { at: 0, x: 0, y: 0 }; // when, in ms since 1970, and where

	/** drop hears which order was let go over which lane. */
	constructor(private readonly drop: (order: string, lane: string) => void) {}

	/** order is what is being dragged; '' while nothing is. */
	get order(): string {
		return this.#order;
	}

	/** over is the lane under the finger. */
	get over(): string {
		return this.#over;
	}

	get x(): number {
		return this.#x;
	}

	get y(): number {
		return this.#y;
	}

	/** swallows: it is the click that a browser makes of the end of a drag. */
	swallows(click: MouseEvent): boolean {
		const d = this.#dropped;
		return Date.now() - d.at < 300 && Math.hypot(click.clientX - d.x, click.clientY - d.y) < 2;
	}

	/** begin a touch on a card, of which may come a drag. */
	begin(event: PointerEvent, order: string): void {
		if (event.button !== 0 || !event.isPrimary) return;
		this.end();
		const { clientX: x0, clientY: y0, pointerId, pointerType } = event;
		const finger = pointerType === 'touch';
		const hold = finger ? setTimeout(() => this.#lift(order, x0, y0), holds) : undefined;
		const move = (e: PointerEvent): void => {
			if (e.pointerId !== pointerId) return;
			const far = Math.hypot(e.clientX - x0, e.clientY - y0) > moves;
			if (this.#order === '' && far && finger) return this.end(); // it scrolls
			if (this.#order === '' && far) this.#lift(order, x0, y0);
			if (this.#order !== '') this.#to(e.clientX, e.clientY);
		};
		const up = (e: PointerEvent): void => {
			if (e.pointerId !== pointerId) return;
			const [dragged, lane] = [this.#order, this.#over];
			if (dragged !== '') this.#dropped = { at: Date.now(), x: e.clientX, y: e.clientY };
			this.end();
			if (dragged !== '' && lane !== '') this.drop(dragged, lane);
		};
		const quiet = (e: Event): void => {
			if (this.#order !== '') e.preventDefault(); // neither scrolling nor a menu
		};
		const key = (e: KeyboardEvent): void => {
			if (e.key === 'Escape') this.end();
		};
		const cancel = () => this.end();
		addEventListener('pointermove', move);
		addEventListener('pointerup', up);
		addEventListener('pointercancel', cancel);
		addEventListener('touchmove', quiet, { passive: false });
		addEventListener('contextmenu', quiet);
		addEventListener('keydown', key);
		this.#stop = () => {
			clearTimeout(hold);
			removeEventListener('pointermove', move);
			removeEventListener('pointerup', up);
			removeEventListener('pointercancel', cancel);
			removeEventListener('touchmove', quiet);
			removeEventListener('contextmenu', quiet);
			removeEventListener('keydown', key);
		};
	}

	/** end lets go of whatever there is, over no lane. */
	end(): void {
		this.#stop?.();
		this.#stop = undefined;
		this.#order = this.#over = '';
	}

	#lift(order: string, x: number, y: number): void {
		this.#order = order;
		this.#to(x, y);
	}

	#to(x: number, y: number): void {
		[this.#x, this.#y] = [x, y];
		const lane = document.elementFromPoint(x, y)?.closest<HTMLElement>('[data-lane]');
		this.#over = lane?.dataset['lane'] ?? '';
	}
}
