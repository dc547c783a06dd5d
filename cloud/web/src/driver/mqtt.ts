/**
 * What a driver's phone needs of MQTT 5 (OASIS 2019) over WebSocket: sign in, read some topics, say something and hear whether it was taken.
 * Nothing is kept here for later: who says something that must arrive says it again.
 */

const enum Kind {
	connect = 1,
	connack = 2,
	publish = 3,
	puback = 4,
	subscribe = 8,
	pingreq = 12,
	pingresp = 13,
}

const keepAlive = 30; // seconds
const patience = 8_000; // ms for an answer

/** packet is one packet of MQTT as its bytes. */
export function packet(head: number, ...parts: Uint8Array[]): Uint8Array {
	const size = parts.reduce((n, p) => n + p.length, 0);
	const length: number[] = [];
	for (let n = size; ; ) {
		const byte = n % 128;
		n = Math.floor(n / 128);
		length.push(n > 0 ? byte | 128 : byte);
		if (n === 0) break;
	}
	const out = new Uint8Array(1 + length.length + size);
	out[0] = head;
	out.set(length, 1);
	let at = 1 + length.length;
	for (const p of parts) {
		out.set(p, at);
		at += p.length;
	}
	return out;
}

export function text(s: string): Uint8Array {
	const bytes = new TextEncoder().encode(s);
	return new Uint8Array([bytes.length >> 8, bytes.length & 255, ...bytes]);
}

const bytes = (...all: number[]) => new Uint8Array(all);

/** Packets cuts a stream of bytes into packets: they may begin and end anywhere. */
export class Packets {
	#rest = new Uint8Array(0);

	/** take returns the packets that are whole now. */
	take(more: Uint8Array): { head: number; body: Uint8Array }[] {
		const all = new Uint8Array(this.#rest.length + more.length);
		all.set(this.#rest);
		all.set(more, this.#rest.length);
		const out: { head: number; body: Uint8Array }[] = [];
		let at = 0;
		for (;;) {
			const size = number(all, at + 1);
			if (!size || size.end + size.value > all.length) break;
			out.push({ head: all[at] ?? 0, body: all.slice(size.end, size.end + size.value) });
			at = size.end + size.value;
		}
		this.#rest = all.slice(at);
		return out;
	}
}

/** number reads a length of one to four bytes; undefined: it is not all there. */
function number(b: Uint8Array, at: number): { value: number; end: number } | undefined {
	let value = 0;
	for (let i = 0; i < 4; i++) {
		const byte = b[at + i];
		if (byte === undefined) return undefined;
		value += (byte & 127) * 128 ** i;
		if (byte < 128) return { value, end: at + i + 1 };
	}
	return undefined;
}

export interface LineOptions {
	url: string;
	user: string;
	secret: string;
	topics: string[];
	hears: (topic: string, message: string) => void;
	changed: (up: boolean) => void;
}

const pauses = [1_000, 2_000, 5_000, 15_000, 30_000];

/** Line is a connection that comes back by itself until it is stopped. */
export class Line {
	readonly #name: string; // a page that comes back is the same client
	#socket: WebSocket | undefined;
	#up = false;
	#stopped = false;
	#tries = 0;
	#next = 0;
	#waits = new Map<number, (reason: number | undefined) => void>();
	#timer: ReturnType<typeof setTimeout> | undefined;
	#beat: ReturnType<typeof setInterval> | undefined;
	#awaited: ReturnType<typeof setTimeout> | undefined; // until when the other end must have answered

	constructor(
		private readonly o: LineOptions,
		private readonly open: (url: string) => WebSocket = (url) => new WebSocket(url, 'mqtt'),
	) {
		this.#name = `${o.user}/page-${Math.random().toString(36).slice(2, 10)}`;
		this.#dial();
	}

	get up(): boolean {
		return this.#up;
	}

	/** say publishes; it tells the reason of the acknowledgement, from 128 on a refusal, or undefined when there was none. */
	say(topic: string, message: string): Promise<number | undefined> {
		if (!this.#up) return Promise.resolve(undefined);
		const id = (this.#next = (this.#next % 0xffff) + 1);
		return new Promise((done) => {
			const late = setTimeout(() => {
				answer(undefined);
				this.#ping(); // is anybody there?
			}, patience);
			const answer = (reason: number | undefined) => {
				clearTimeout(late);
				this.#waits.delete(id);
				done(reason);
			};
			this.#waits.set(id, answer);
			this.#send(packet((Kind.publish << 4) | 2, text(topic), bytes(id >> 8, id & 255, 0), new TextEncoder().encode(message)));
		});
	}

	/** poke tries again now rather than later: there may be a signal again. */
	poke(): void {
		if (this.#socket || this.#stopped) return;
		clearTimeout(this.#timer);
		this.#dial();
	}

	stop(): void {
		this.#stopped = true;
		clearTimeout(this.#timer);
		this.#socket?.close();
		this.#ended();
	}

	#dial(): void {
		let socket: WebSocket;
		try {
			socket = this.open(this.o.url);
		} catch {
			return this.#ended(); // the browser does not let us
		}
		this.#socket = socket;
		this.#await(keepAlive * 1000); // until it is open, and somebody has said hello
		const packets = new Packets();
		socket.binaryType = 'arraybuffer';
		socket.onopen = () => {
			this.#send(packet(Kind.connect << 4, text('MQTT'), bytes(5, 0xc2, 0, keepAlive, 0), text(this.#name), text(this.o.user), text(this.o.secret)));
		};
		socket.onmessage = (e: MessageEvent<ArrayBuffer>) => {
			if (this.#socket === socket) for (const p of packets.take(new Uint8Array(e.data))) this.#take(p.head, p.body);
		};
		socket.onclose = () => {
			if (this.#socket === socket) this.#ended();
		};
	}

	#take(head: number, body: Uint8Array): void {
		switch (head >> 4) {
			case Kind.connack:
				if ((body[1] ?? 128) >= 128) return this.#socket?.close();
				this.#answered();
				this.#tries = 0;
				this.#send(packet((Kind.subscribe << 4) | 2, bytes(0, 1, 0), ...this.o.topics.flatMap((t) => [text(t), bytes(1)])));
				this.#beat = setInterval(() => this.#ping(), keepAlive * 800);
				this.#set(true);
				return;
			case Kind.puback:
				this.#waits.get(((body[0] ?? 0) << 8) | (body[1] ?? 0))?.(body[2] ?? 0);
				return;
			case Kind.pingresp:
				return this.#answered();
			case Kind.publish:
				this.#heard(head, body);
		}
	}

	/** ping asks whether anybody is there, unless that is asked already. */
	#ping(): void {
		if (!this.#up || this.#awaited !== undefined) return;
		this.#await(patience);
		this.#send(packet(Kind.pingreq << 4));
	}

	/** await gives a line up that does not answer: one that is open at this end only tells nobody. Nor does closing it wait for the other end. */
	#await(ms: number): void {
		this.#answered();
		this.#awaited = setTimeout(() => {
			const socket = this.#socket;
			this.#ended();
			socket?.close();
		}, ms);
	}

	#answered(): void {
		clearTimeout(this.#awaited);
		this.#awaited = undefined;
	}

	#heard(head: number, body: Uint8Array): void {
		let at = 2 + (((body[0] ?? 0) << 8) | (body[1] ?? 0));
		const topic = new TextDecoder().decode(body.slice(2, at));
		if ((head & 6) > 0) {
			this.#send(packet(Kind.puback << 4, body.slice(at, at + 2)));
			at += 2;
		}
		const properties = number(body, at);
		if (properties) this.o.hears(topic, new TextDecoder().decode(body.slice(properties.end + properties.value)));
	}

	#send(p: Uint8Array): void {
		if (this.#socket?.readyState === 1) this.#socket.send(p as Uint8Array<ArrayBuffer>);
	}

	#ended(): void {
		this.#socket = undefined;
		clearInterval(this.#beat);
		this.#answered();
		for (const answer of [...this.#waits.values()]) answer(undefined);
		this.#set(false);
		if (this.#stopped) return;
		const pause = pauses[Math.min(this.#tries++, pauses.length - 1)] ?? 30_000;
		this.#timer = setTimeout(() => this.#dial(), pause);
	}

	#set(up: boolean): void {
		if (this.#up === up) return;
		this.#up = up;
		this.o.changed(up);
	}
}
