import { call, Refusal } from '@awesome/ui';
import { instant } from '../time.ts';
import type { Place } from '../wire.ts';
import type { Line } from './mqtt.ts';

const every = 5_000; // ms between two positions sent
const quiet = 10_000; // ms after which a phone that has not moved is asked: who says nothing counts as gone

/** Places is where the phone is. It tells the cloud over the line, or by HTTP while there is none, and never but while it is watched. */
export class Places {
	#here = $state.raw<{ place: Place; at: number } | undefined>();
	#denied = $state(false);
	#refused = $state('');
	#watch: number | undefined;
	#timer: ReturnType<typeof setInterval> | undefined;
	#sentAt = 0;

	constructor(
		private readonly driver: string,
		private readonly headers: () => Record<string, string>,
		private readonly line: () => Line | undefined,
	) {}

	/** here is where the phone was when it last knew, if that is not long ago. */
	here(now: number): Place | undefined {
		return this.#here && Math.abs(now - this.#here.at) < 60_000 ? this.#here.place : undefined;
	}

	/** denied: the driver does not let the phone tell. */
	get denied(): boolean {
		return this.#denied;
	}

	/** refused is why the cloud does not believe the phone: a problem's code, or empty. */
	get refused(): string {
		return this.#refused;
	}

	watch(): void {
		if (this.#watch !== undefined || !('geolocation' in navigator)) return;
		const watched = () => this.#watch !== undefined; // a phone that was asked may answer after that
		const found = (p: GeolocationPosition) => {
			if (!watched()) return;
			this.#denied = false;
			this.#here = { place: { latitude: p.coords.latitude, longitude: p.coords.longitude }, at: Date.now() };
			void this.#tell(p);
		};
		const failed = (e: GeolocationPositionError) => (this.#denied = e.code === e.PERMISSION_DENIED);
		const how = { enableHighAccuracy: true, maximumAge: 2_000, timeout: quiet };
		this.#watch = navigator.geolocation.watchPosition(found, failed, how);
		this.#timer = setInterval(() => {
			if (Math.abs(Date.now() - this.#sentAt) >= quiet) navigator.geolocation.getCurrentPosition(found, failed, how);
		}, quiet);
	}

	stop(): void {
		if (this.#watch !== undefined) navigator.geolocation.clearWatch(this.#watch);
		this.#watch = undefined;
		clearInterval(this.#timer);
		this.#here = undefined;
	}

	/** tell sends one position; the next one replaces it if it gets lost. */
	async #tell(p: GeolocationPosition): Promise<void> {
		if (Math.abs(Date.now() - this.#sentAt) < every) return; // a clock that was set back is no reason to be silent
		this.#sentAt = Date.now();
		const { latitude, longitude, speed, heading, accuracy } = p.coords;
		const body = {
			latitude,
			longitude,
			timestamp: instant(p.timestamp),
			...(speed !== null && Number.isFinite(speed) ? { speed } : {}),
			...(heading !== null && Number.isFinite(heading) ? { heading } : {}),
			accuracy,
		};
		const reason = await this.line()?.say(`pizza/drivers/${this.driver}/location`, JSON.stringify(body));
		if (reason !== undefined && reason < 128) {
			this.#refused = '';
			return;
		}
		if (this.#watch === undefined) return; // the shift has ended while the line was waited for
		try {
			await call(`/api/drivers/${encodeURIComponent(this.driver)}/location`, { body, headers: this.headers() });
			this.#refused = '';
		} catch (err) {
			if (err instanceof Refusal && err.problem.status === 422) this.#refused = err.problem.code;
		}
	}
}
