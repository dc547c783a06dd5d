import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { Plugin, Rollup } from 'vite';
import { defineConfig } from 'vitest/config';
import { InOrder } from '../../shared/ui/src/in_order.ts';

/** shell writes the driver's service worker, which has to know what that page is made of. */
function shell(): Plugin {
	return {
		name: 'shell',
		enforce: 'post',
		generateBundle: {
			order: 'post',
			handler(_, bundle) {
				const page = bundle['driver.html'];
				const html = page?.type === 'asset' ? String(page.source) : '';
				const files = new Set([...html.matchAll(/\/(assets\/[^"]+)/g)].map((m) => m[1] ?? ''));
				for (const name of files) {
					const part = bundle[name];
					if (part?.type !== 'chunk') continue;
					for (const more of [...part.imports, ...styles(part)]) files.add(more); // a set is walked to its end while it grows
				}
				const sum = createHash('sha256').update(html);
				for (const name of [...files].sort()) sum.update(name);
				const source = readFileSync('../../shared/ui/src/worker.js', 'utf8')
					.replace('__FAMILY__', 'driver')
					.replace('__VERSION__', sum.digest('hex').slice(0, 12))
					.replace('__FILES__', JSON.stringify(['/driver', '/favicon.svg', ...[...files].sort().map((f) => `/${f}`)]));
				this.emitFile({ type: 'asset', fileName: 'driver-sw.js', source });
			},
		},
	};
}

function styles(chunk: Rollup.OutputChunk): string[] {
	return [...((chunk as { viteMetadata?: { importedCss: Set<string> } }).viteMetadata?.importedCss ?? [])];
}

// Four pages, each with what it needs and no more. Names of assets carry their content's hash, so a browser keeps them for ever.
export default defineConfig(({ mode }) => ({
	plugins: [svelte(), shell()],
	resolve: mode === 'test' ? { conditions: ['browser'] } : {},
	build: {
		target: 'es2022',
		emptyOutDir: true,
		assetsInlineLimit: 0,
		modulePreload: { polyfill: false },
		rolldownOptions: { input: ['index.html', 'track.html', 'driver.html', 'hq.html'] },
	},
	test: { environment: 'jsdom', include: ['src/**/*.test.ts'], isolate: false, fileParallelism: false, sequence: { sequencer: InOrder }, setupFiles: ['./src/setup.ts'] },
}));
