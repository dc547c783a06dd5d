import type { Sound } from '../board/ringer.ts';

/** tunes are notes in hertz, one after the other: what is good news rises, what is bad news falls, what is urgent repeats. */
const tunes: Record<Sound, readonly number[]> = {
	new: [660, 880],
	ready: [523, 659, 784, 1047],
	remake: [740, 0, 740, 880],
	rush: [880, 988, 880, 988],
	changed: [587, 740, 587],
	overdue: [988, 0, 988, 0, 988],
	voided: [440, 330, 220],
};

const gains = [0, 0.08, 0.2, 0.45, 0.9];

/** Chime plays short tones made here; no file, no network. Browsers block sound until the page is touched once. */
export class Chime {
	#context: AudioContext | undefined;
	#blocked = $state(false);

	/** blocked: the page must be touched before it can be heard. */
	get blocked(): boolean {
		return this.#blocked;
	}

	/** ready asks the browser; call it from a touch to unblock. */
	async ready(): Promise<void> {
		try {
			this.#context ??= new AudioContext();
			const resumed = this.#context.resume();
			await Promise.race([resumed, new Promise((r) => setTimeout(r, 300))]);
			this.#blocked = this.#context.state !== 'running';
		} catch {
			this.#blocked = false; // no sound on this device: nothing to enable
		}
	}

	/** play a tune at a volume from 0 to 4. */
	play(what: Sound, volume: number): void {
		const ctx = this.#context;
		const loud = gains[volume] ?? 0;
		if (ctx?.state !== 'running' || loud === 0) return;
		tunes[what].forEach((frequency, i) => {
			if (frequency === 0) return;
			const tone = ctx.createOscillator();
			const gain = ctx.createGain();
			const at = ctx.currentTime + i * 0.18;
			tone.frequency.value = frequency;
			gain.gain.setValueAtTime(0.0001, at);
			gain.gain.exponentialRampToValueAtTime(loud, at + 0.02);
			gain.gain.exponentialRampToValueAtTime(0.0001, at + 0.17);
			tone.connect(gain).connect(ctx.destination);
			tone.start(at);
			tone.stop(at + 0.18);
		});
	}
}
