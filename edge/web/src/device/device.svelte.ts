import { uuid } from '@awesome/ui';
import { Keymap } from '../board/keys.ts';
import { views, type View } from '../board/stations.ts';
import { sounds, type Sound } from '../board/ringer.ts';

export type Theme = 'dark' | 'light';

/** loudest is the highest volume; 0 is silence. */
export const loudest = 4;

/** Device is what this tablet remembers of itself: its name, its station, how it looks, what it may be heard with, and its keys. */
export class Device {
	readonly id: string;
	#view = $state<View | undefined>();
	#theme = $state<Theme>('dark');
	#volume = $state(3); // a kitchen that hears nothing misses orders: silence is chosen, never found
	#muted = $state.raw<ReadonlySet<Sound>>(new Set());
	#keys = $state.raw(new Keymap());
	#name = $state('');
	#storage: Storage;

	constructor(storage: Storage = localStorage) {
		this.#storage = storage;
		this.id = this.#read('device') ?? uuid();
		this.#write('device', this.id);
		this.#name = this.#read('name') ?? '';
		this.#view = views.find((v) => v === this.#read('view'));
		this.#theme = this.#read('theme') === 'light' ? 'light' : 'dark';
		const volume = Number(this.#read('volume'));
		if (Number.isInteger(volume) && volume > 0) this.#volume = Math.min(volume, loudest);
		if (this.#read('sound') === 'off') this.#volume = 0;
		this.#muted = new Set(sounds.filter((s) => this.#read('muted')?.split(' ').includes(s)));
		this.#keys = Keymap.read(this.#read('keys'));
	}

	/** view is undefined until somebody has chosen a station. */
	get view(): View | undefined {
		return this.#view;
	}

	get theme(): Theme {
		return this.#theme;
	}

	/** sound: this tablet may be heard. */
	get sound(): boolean {
		return this.#volume > 0;
	}

	get volume(): number {
		return this.#volume;
	}

	get keys(): Keymap {
		return this.#keys;
	}

	/** name that somebody gave it; empty when nobody has. */
	get name(): string {
		return this.#name;
	}

	call(name: string): void {
		this.#name = name.trim().slice(0, 60);
		this.#write('name', this.#name);
	}

	/** hears: this tablet rings for such an event. */
	hears(sound: Sound): boolean {
		return !this.#muted.has(sound);
	}

	choose(view: View): void {
		this.#view = view;
		this.#write('view', view);
	}

	turnTheme(): void {
		this.#theme = this.#theme === 'dark' ? 'light' : 'dark';
		this.#write('theme', this.#theme);
	}

	/** turnSound goes between silence and the volume there was before. */
	turnSound(): void {
		const before = Number(this.#read('volume'));
		this.setVolume(this.sound ? 0 : before > 0 ? before : 3);
	}

	setVolume(volume: number): void {
		this.#volume = Math.max(0, Math.min(loudest, Math.round(volume)));
		this.#write('sound', this.sound ? 'on' : 'off');
		if (this.sound) this.#write('volume', String(this.#volume));
	}

	turnEvent(sound: Sound): void {
		this.#muted = new Set(sounds.filter((s) => this.#muted.has(s) !== (s === sound)));
		this.#write('muted', [...this.#muted].join(' '));
	}

	teach(keys: Keymap): void {
		this.#keys = keys;
		this.#write('keys', keys.text);
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
