import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import { InOrder } from '../../shared/ui/src/in_order.ts';

/** Under which path the node answers with which page. */
const pages: Record<string, string> = { 'index.html': '/', 'counter.html': '/counter', 'board.html': '/board', 'health.html': '/health', 'pair.html': '/pair' };

/** shell writes the service worker, which has to know what the build is made of. */
function shell(): Plugin {
	return {
		name: 'shell',
		enforce: 'post',
		generateBundle: {
			order: 'post',
			handler(_, bundle) {
				const files = Object.keys(bundle).map((f) => pages[f] ?? `/${f}`).concat('/favicon.ico').sort();
				const sum = createHash('sha256');
				for (const name of Object.keys(bundle).sort()) {
					const part = bundle[name];
					sum.update(name).update(part?.type === 'asset' ? part.source : (part?.code ?? ''));
				}
				const source = readFileSync('../../shared/ui/src/worker.js', 'utf8')
					.replace('__FAMILY__', 'awesome')
					.replace('__VERSION__', sum.digest('hex').slice(0, 12))
					.replace('__FILES__', JSON.stringify(files));
				this.emitFile({ type: 'asset', fileName: 'sw.js', source });
			},
		},
	};
}

// Five pages, each with what it needs and no more. Names of assets carry their content's hash, so a tablet keeps them for ever.
export default defineConfig(({ mode }) => ({
	plugins: [svelte(), shell()],
	resolve: mode === 'test' ? { conditions: ['browser'] } : {},
	build: {
		target: 'es2022',
		emptyOutDir: true,
		assetsInlineLimit: 0,
		modulePreload: { polyfill: false },
		rolldownOptions: { input: Object.keys(pages) },
	},
	test: { environment: 'jsdom', include: ['src/**/*.test.ts'], isolate: false, fileParallelism: false, sequence: { sequencer: InOrder }, setupFiles: ['./src/setup.ts'] },
}));
