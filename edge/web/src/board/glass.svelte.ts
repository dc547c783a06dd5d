import { bare } from './covered.ts';

/** Glass is what of this page is really to be seen: on the screen, in a page that is in front. */
export class Glass {
	#shown = $state.raw<ReadonlySet<string>>(new Set());
	#visible = $state(document.visibilityState === 'visible');
	#of = new Map<Element, string>();
	#on = new Set<Element>();
	#observer: IntersectionObserver | undefined;

	constructor() {
		document.addEventListener('visibilitychange', () => (this.#visible = document.visibilityState === 'visible'));
		if (typeof IntersectionObserver === 'undefined') return;
		this.#observer = new IntersectionObserver((entries) => this.#take(entries), { threshold: [0, 0.5] });
	}

	/** visible: somebody who stands before this device sees the page. */
	get visible(): boolean {
		return this.#visible;
	}

	/** shown are those that are to be seen, by name. */
	get shown(): ReadonlySet<string> {
		return this.#visible ? this.#shown : none;
	}

	/** bare: somebody who stands before the device sees it; nothing lies over it. */
	bare(name: string): boolean {
		return [...this.#on].some((e) => this.#of.get(e) === name && bare(e));
	}

	/** watch an element that stands for a name, until it goes. */
	watch(name: string): (element: Element) => () => void {
		return (element) => {
			this.#of.set(element, name);
			this.#observer?.observe(element);
			return () => {
				this.#of.delete(element);
				this.#observer?.unobserve(element);
				if (this.#on.delete(element)) this.#tell();
			};
		};
	}

	#take(entries: IntersectionObserverEntry[]): void {
		for (const e of entries) {
			if (e.isIntersecting && e.intersectionRatio >= 0.5) this.#on.add(e.target);
			else this.#on.delete(e.target);
		}
		this.#tell();
	}

	#tell(): void {
		this.#shown = new Set([...this.#on].flatMap((e) => this.#of.get(e) ?? []));
	}
}

const none: ReadonlySet<string> = new Set();
