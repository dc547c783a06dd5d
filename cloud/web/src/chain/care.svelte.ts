import { byDevice, type Aside, type Gone, type Judged, type Outcome } from './care.ts';
import type { Staff } from './staff.svelte.ts';

/** Care is what a person does about one restaurant's troubles. */
export class Care {
	#aside = $state.raw<Judged[]>([]);
	#outcome = $state.raw<Outcome | undefined>();
	#refusal = $state('');

	constructor(
		readonly id: string,
		private readonly staff: Staff,
	) {}

	/** aside is what is kept for a person to judge. */
	get aside(): Judged[] {
		return this.#aside;
	}

	/** outcome of the last approval on this page. */
	get outcome(): Outcome | undefined {
		return this.#outcome;
	}

	/** refusal is why the last thing was not done. */
	get refusal(): string {
		return this.#refusal;
	}

	async look(): Promise<void> {
		const said = await this.staff.call<{ items: Aside[]; devices: Gone[] }>(this.#url('quarantine')).catch(() => undefined);
		if (said) this.#aside = byDevice(said.items, said.devices);
	}

	clear(alert: string): Promise<void> {
		return this.#do(async () => {
			await this.staff.call(this.#url('alerts', alert, 'clear'), { method: 'POST' });
		});
	}

	/** approve lets what a device has sent count; anyway: its open orders are brought although it has not said that this was all. */
	approve(device: string, anyway = false): Promise<void> {
		return this.#do(async () => {
			this.#outcome = await this.staff.call<Outcome>(this.#url('quarantine', device, 'approve'), { method: 'POST', body: { anyway } });
		});
	}

	discard(device: string): Promise<void> {
		return this.#do(async () => {
			await this.staff.call(this.#url('quarantine', device, 'discard'), { method: 'POST' });
		});
	}

	async #do(deed: () => Promise<void>): Promise<void> {
		this.#refusal = '';
		this.#outcome = undefined;
		try {
			await deed();
		} catch (err) {
			this.#refusal = err instanceof Error ? err.message : String(err);
		}
		await this.look();
	}

	#url(...path: string[]): string {
		return `/api/fleet/${[this.id, ...path].map(encodeURIComponent).join('/')}`;
	}
}
