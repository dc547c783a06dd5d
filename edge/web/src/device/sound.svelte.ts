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

	/** play: a new ticket rises, a voided one falls. */
	play(what: 'new' | 'voided'): void {
		const ctx = this.#context;
		if (ctx?.state !== 'running') return;
		const notes = what === 'new' ? [660, 880] : [440, 330, 220];
		notes.forEach((frequency, i) => {
			const tone = ctx.createOscillator();
			const volume = ctx.createGain();
			const at = ctx.currentTime + i * 0.18;
			tone.frequency.value = frequency;
			volume.gain.setValueAtTime(0.0001, at);
			volume.gain.exponentialRampToValueAtTime(0.5, at + 0.02);
			volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.17);
			tone.connect(volume).connect(ctx.destination);
			tone.start(at);
			tone.stop(at + 0.18);
		});
	}
}
