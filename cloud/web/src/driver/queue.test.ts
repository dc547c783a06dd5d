import { beforeEach, expect, test, vi } from 'vitest';
import { alone, Queue } from './queue.ts';

interface Thing {
	id: string;
	n: number;
}
const make = () => new Queue<Thing>('deeds.d1');
const numbers = (q: Queue<Thing>) => q.read().map((t) => t.n);

beforeEach(() => localStorage.clear());

test('what was added is there after a reload, in its order, also when the clock was set back', () => {
	vi.useFakeTimers({ now: 1_000_000 });
	const q = make();
	q.add({ id: 'x', n: 1 });
	vi.setSystemTime(500);
	make().read();
	q.add({ id: 'a', n: 2 });
	const again = make();
	expect(numbers(again)).toEqual([1, 2]);
	again.add({ id: 'b', n: 3 });
	expect(numbers(make())).toEqual([1, 2, 3]);
	vi.useRealTimers();
});

test('two tabs do not take each other’s things away', () => {
	const [one, two] = [make(), make()];
	one.add({ id: 'x', n: 1 });
	two.add({ id: 'y', n: 2 });
	expect([...numbers(one)].sort()).toEqual([1, 2]);
	two.read();
	two.remove('x');
	expect(numbers(one)).toEqual([2]);
	let heard = 0;
	const stop = one.follow(() => heard++);
	dispatchEvent(new StorageEvent('storage', { key: 'deeds.d1.000000000000001.z' }));
	dispatchEvent(new StorageEvent('storage', { key: 'deeds.d2.000000000000001.z' }));
	stop();
	dispatchEvent(new StorageEvent('storage', { key: 'deeds.d1.000000000000001.z' }));
	expect(heard).toBe(1);
});

test('a driver whose number begins another’s has none of the other’s', () => {
	const [a, ab] = [new Queue<Thing>('deeds.a'), new Queue<Thing>('deeds.a.b')];
	const like = new Queue<Thing>('deeds.a.000000000000001');
	ab.add({ id: 'x', n: 1 });
	like.add({ id: 'y', n: 2 });
	a.add({ id: 'z', n: 3 });
	expect([a, ab, like].map(numbers)).toEqual([[3], [1], [2]]);
	let heard = 0;
	const stop = a.follow(() => heard++);
	dispatchEvent(new StorageEvent('storage', { key: 'deeds.a.b.000000000000001.z' }));
	dispatchEvent(new StorageEvent('storage', { key: 'deeds.a.000000000000001.z' }));
	stop();
	expect(heard).toBe(1);
});

test('a browser that is full keeps what it has, and the page the rest', () => {
	const q = make();
	q.add({ id: 'x', n: 1 });
	const full = vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
		throw new DOMException('full', 'QuotaExceededError');
	});
	q.add({ id: 'y', n: 2 });
	full.mockRestore();
	expect(numbers(q)).toEqual([1, 2]);
	expect(numbers(make())).toEqual([1]);
	q.remove('y');
	q.remove('x');
	expect(numbers(q)).toEqual([]);
	expect(localStorage.length).toBe(0);
});

test('what an older page kept is taken over, and nonsense is passed over', () => {
	localStorage.setItem('deeds.d1', JSON.stringify([{ id: 'x', n: 1 }, { id: 'y', n: 2 }]));
	localStorage.setItem('deeds.d1.000000000000001.z', '{"id":');
	localStorage.setItem('deeds.d12.000000000000001.z', '{"id":"z","n":9}');
	expect(numbers(make())).toEqual([1, 2]);
	expect(localStorage.getItem('deeds.d1')).toBeNull();
	expect(numbers(make())).toEqual([1, 2]);
});

test('one tab sends at a time', async () => {
	let held = false;
	vi.stubGlobal('navigator', {
		locks: { request: async (_: string, __: object, task: (lock: object | null) => Promise<boolean>) => task(held ? null : {}) },
	});
	let ran = 0;
	const task = () => Promise.resolve(void ran++);
	expect(await alone('x', task)).toBe(true);
	held = true;
	expect(await alone('x', task)).toBe(false);
	vi.unstubAllGlobals();
	expect(await alone('x', task)).toBe(true);
	expect(ran).toBe(2);
});
