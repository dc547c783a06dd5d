import { render, screen } from '@testing-library/svelte';
import { afterEach, expect, it, vi } from 'vitest';
import Age from './Age.svelte';
import LinkStrip from './LinkStrip.svelte';
import StatusIcon from './StatusIcon.svelte';
import { call, Refusal, Unreached } from './problem.ts';

afterEach(() => vi.unstubAllGlobals());

it('an age is a number, an icon with a word, and a tone', () => {
	const { container } = render(Age, { seconds: 125, tone: 'warn', label: 'being made' });
	expect(screen.getByText('2:05')).toBeTruthy();
	expect(screen.getByRole('img', { name: 'being made' })).toBeTruthy();
	expect(container.querySelector('.warn')).toBeTruthy();
});

it('a lost server is an alert, a cut line is not', () => {
	render(LinkStrip, { level: 'alarm', title: 'Node lost', detail: 'since 18:05' });
	render(LinkStrip, { level: 'calm', title: 'On its own', detail: 'internet cut' });
	expect(screen.getByRole('alert').textContent).toContain('Node lost');
	expect(screen.getByRole('status').textContent).toContain('internet cut');
});

it('a status has its word beside its icon', () => {
	render(StatusIcon, { tone: 'late', text: 'silent' });
	expect(screen.getByText('silent').querySelector('svg')).toBeTruthy();
});

it('a refusal carries what the server said; no answer is something else', async () => {
	const problem = { code: 'illegal_step', title: 'Conflict', status: 409, detail: 'order is Baking', allowed: ['QualityCheck'] };
	vi.stubGlobal('fetch', () => Promise.resolve(new Response(JSON.stringify(problem), { status: 409 })));
	await expect(call('/x', { body: {} })).rejects.toSatisfy((e: unknown) => e instanceof Refusal && e.message === 'order is Baking' && e.problem.code === 'illegal_step');
	vi.stubGlobal('fetch', () => Promise.resolve(new Response('<html>', { status: 502 })));
	await expect(call('/x')).rejects.toSatisfy((e: unknown) => e instanceof Refusal && e.problem.status === 502);
	vi.stubGlobal('fetch', () => Promise.reject(new TypeError('refused')));
	await expect(call('/x')).rejects.toBeInstanceOf(Unreached);
});
