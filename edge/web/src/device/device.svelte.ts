import { uuid } from '@awesome/ui';
import { views, type View } from '../board/stations.ts';

export type Theme = 'dark' | 'light';

/** Device is what this tablet remembers of itself: its name, its station, how it looks and whether it may make a sound. */
export class Device {
	readonly id: string;
	#view = $state<View | undefined>();
	#theme = $state<Theme>('dark');
	#sound = $state(false);
	#storage: Storage;

	constructor(storage: Storage = localStorage) {
		this.#storage = storage;
		this.id = this.#read('device') ?? uuid();
		this.#write('device', this.id);
		this.#view = views.find((v) => v === this.#read('view'));
		this.#theme = this.#read('theme') === 'light' ? 'light' : 'dark';
		this.#sound = this.#read('sound') === 'on';
	}

	/** view is undefined until somebody has chosen a station. */
	get view(): View | undefined {
		return this.#view;
	}

	get theme(): Theme {
		return this.#theme;
	}

	get sound(): boolean {
		return this.#sound;
	}

	choose(view: View): void {
		this.#view = view;
		this.#write('view', view);
	}

	turnTheme(): void {
		this.#theme = this.#theme === 'dark' ? 'light' : 'dark';
		this.#write('theme', this.#theme);
	}

	turnSound(): void {
		this.#sound = !this.#sound;
		this.#write('sound', this.#sound ? 'on' : 'off');
	}

	#read(key: string): string | undefined {
		try {
			return this.#storage.getItem(`awesome.${key}`) ?? undefined;
		} catch {
			return undefined; // storage is switched off: the tablet asks again after a reload
		}
	}

	#write(key: string, value: string): void {
		try {
			this.#storage.setItem(`awesome.${key}`, value);
		} catch {
			// as above
		}
	}
}
