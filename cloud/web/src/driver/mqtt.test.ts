import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Line, packet, Packets, text, type LineOptions } from './mqtt.ts';

/** Wire is the socket of a test: it keeps what was sent and says what it is told to. */
class Wire {
	sent: Uint8Array[] = [];
	readyState = 0;
	binaryType = '';
	onopen: () => void = () => undefined;
	onmessage: (e: { data: ArrayBuffer }) => void = () => undefined;
	onclose: () => void = () => undefined;

	send(p: Uint8Array): void {
		this.sent.push(p);
	}

	close(): void {
		this.readyState = 3;
		this.onclose();
	}

	opens(): void {
		this.readyState = 1;
		this.onopen();
	}

	says(...p: Uint8Array[]): void {
		for (const one of p) this.onmessage({ data: one.slice().buffer });
	}
}

const bytes = (...all: number[]) => new Uint8Array(all);
const welcome = packet(0x20, bytes(0, 0, 0));
let wires: Wire[];
let heard: string[];
let ups: boolean[];

function dial(): Line {
	const o: LineOptions = {
		url: 'wss://pizza/mqtt', user: 'd1', secret: 'geheim', topics: ['pizza/drivers/d1/assigned'],
		hears: (topic, message) => heard.push(`${topic} ${message}`), changed: (up) => ups.push(up),
	};
	return new Line(o, () => {
		const w = new Wire();
		wires.push(w);
		return w as unknown as WebSocket;
	});
}

beforeEach(() => {
	vi.useFakeTimers();
	[wires, heard, ups] = [[], [], []];
});
afterEach(() => vi.useRealTimers());

test('packets are cut out of the stream wherever it was broken', () => {
	const long = packet(0x30, new Uint8Array(300).fill(7));
	expect([...long.slice(0, 3)]).toEqual([0x30, 0xac, 0x02]);
	const all = new Uint8Array([...welcome, ...long]);
	const p = new Packets();
	const found = [...all].flatMap((b) => p.take(bytes(b)));
	expect(found.map((f) => [f.head, f.body.length])).toEqual([[0x20, 3], [0x30, 300]]);
});

test('signs in, reads its topics, and hears what is said there', () => {
	const line = dial();
	const w = wires[0] as Wire;
	w.opens();
	expect(new TextDecoder().decode(w.sent[0])).toMatch(/MQTT.*d1\/page-.*d1.*geheim/s);
	expect(line.up).toBe(false);
	w.says(welcome);
	expect([line.up, ups, w.sent[1]?.[0]]).toEqual([true, [true], 0x82]);
	w.says(packet(0x32, text('pizza/drivers/d1/assigned'), bytes(0, 9, 0), new TextEncoder().encode('{"id":"o1"}')));
	expect(heard).toEqual(['pizza/drivers/d1/assigned {"id":"o1"}']);
	expect([...(w.sent[2] ?? [])]).toEqual([0x40, 2, 0, 9]);
	vi.advanceTimersByTime(24_000);
	expect([...(w.sent[3] ?? [])]).toEqual([0xc0, 0]);
	line.stop();
});

test('says whether what it said was taken', async () => {
	const line = dial();
	const w = wires[0] as Wire;
	expect(await line.say('a', 'too early')).toBeUndefined();
	w.opens();
	w.says(welcome);
	const taken = line.say('a', '1');
	const refused = line.say('a', '2');
	const lost = line.say('a', '3');
	w.says(packet(0x40, bytes(0, 2, 0x99, 0)), packet(0x40, bytes(0, 1)));
	expect([await taken, await refused]).toEqual([0, 0x99]);
	vi.advanceTimersByTime(8_000);
	expect(await lost).toBeUndefined();
	line.stop();
});

test('comes back by itself, later each time, until it is stopped', async () => {
	const line = dial();
	const w = wires[0] as Wire;
	w.opens();
	w.says(welcome);
	const waits = line.say('a', '1');
	w.close();
	expect([await waits, ups]).toEqual([undefined, [true, false]]);
	vi.advanceTimersByTime(1_000);
	expect(wires).toHaveLength(2);
	wires[1]?.close();
	vi.advanceTimersByTime(1_000);
	expect(wires).toHaveLength(2);
	line.poke();
	expect(wires).toHaveLength(3);
	line.poke();
	expect(wires).toHaveLength(3);
	line.stop();
	vi.advanceTimersByTime(60_000);
	expect(wires).toHaveLength(3);
});

test('a secret that does not open ends the attempt', () => {
	const line = dial();
	const w = wires[0] as Wire;
	w.opens();
	w.says(packet(0x20, bytes(0, 0x86, 0)));
	expect([w.readyState, line.up]).toEqual([3, false]);
	line.stop();
});

test('a line that is open at this end only is given up when a beat is not answered, and another is dialled', () => {
	const line = dial();
	const w = wires[0] as Wire;
	w.opens();
	w.says(welcome);
	vi.advanceTimersByTime(24_000);
	w.says(packet(0xd0)); // it beats
	vi.advanceTimersByTime(24_000 + 7_999);
	expect([line.up, wires.length]).toEqual([true, 1]);
	w.close = () => undefined; // nobody answers that either
	vi.advanceTimersByTime(1);
	expect([line.up, ups]).toEqual([false, [true, false]]);
	vi.advanceTimersByTime(1_000);
	expect(wires).toHaveLength(2);
	w.says(welcome); // too late, and of a line that is none any more
	expect(line.up).toBe(false);
	wires[1]?.opens();
	wires[1]?.says(welcome);
	w.onclose();
	expect(line.up).toBe(true);
	line.stop();
});

test('what is not acknowledged asks at once whether anybody is there', async () => {
	const line = dial();
	const w = wires[0] as Wire;
	w.opens();
	w.says(welcome);
	const lost = line.say('a', '1');
	vi.advanceTimersByTime(8_000);
	expect(await lost).toBeUndefined();
	expect([...(w.sent.at(-1) ?? [])]).toEqual([0xc0, 0]);
	w.says(packet(0xd0));
	vi.advanceTimersByTime(8_000);
	expect(line.up).toBe(true);
	void line.say('a', '2');
	vi.advanceTimersByTime(16_000);
	expect([line.up, w.readyState]).toEqual([false, 3]);
	line.stop();
});

test('a line that nobody says hello on is given up', () => {
	const line = dial();
	wires[0]?.opens();
	vi.advanceTimersByTime(30_000);
	expect(wires[0]?.readyState).toBe(3);
	vi.advanceTimersByTime(1_000);
	expect(wires).toHaveLength(2);
	line.stop();
	vi.advanceTimersByTime(60_000);
	expect(wires).toHaveLength(2);
});
