import { afterEach, beforeEach, expect, test } from 'vitest';
import { rescue } from './focus.ts';

let end: () => void;
let main: HTMLElement;
const seen = async () => new Promise((done) => setTimeout(done)); // behind whoever observes the page
const here = () => document.activeElement?.textContent;

beforeEach(() => {
	document.body.innerHTML = '<main><h1 tabindex="-1">Your stops</h1><section><button>Accept</button></section></main><button>elsewhere</button>';
	const found = document.querySelector('main');
	if (!found) throw new Error('no page');
	main = found;
	end = rescue(main);
});
afterEach(() => end());

function add(text: string): HTMLElement {
	const stop = document.createElement('section');
	stop.innerHTML = `<h2 data-now tabindex="-1">${text}</h2><button>Delivered ${text}</button>`;
	main.append(stop);
	return stop;
}

test('who accepted an offer by keyboard stands at the heading of the page, and at the stop as soon as it is there', async () => {
	main.querySelector('button')?.focus();
	main.querySelector('section')?.remove();
	await seen();
	expect(here()).toBe('Your stops');
	add('Order 7');
	await seen();
	expect(here()).toBe('Order 7');
});

test('who delivered goes on at the next stop', async () => {
	const first = add('Order 7');
	first.querySelector('button')?.focus();
	add('Order 8');
	first.remove();
	await seen();
	expect(here()).toBe('Order 8');
});

test('who is elsewhere, or went on by himself, is left there', async () => {
	const accept = main.querySelector('button');
	accept?.focus();
	document.querySelector<HTMLElement>('body > button')?.focus();
	main.querySelector('section')?.remove();
	await seen();
	expect(here()).toBe('elsewhere');
	const stop = add('Order 7');
	await seen();
	expect(here()).toBe('elsewhere');
	stop.querySelector('button')?.focus();
	add('Order 8');
	await seen();
	expect(here()).toBe('Delivered Order 7');
});
