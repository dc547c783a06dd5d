import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

// Three pages, each with what it needs and no more. Names of assets carry their content's hash, so a tablet keeps them for ever.
export default defineConfig(({ mode }) => ({
	plugins: [svelte()],
	resolve: mode === 'test' ? { conditions: ['browser'] } : {},
	build: {
		target: 'es2022',
		emptyOutDir: true,
		assetsInlineLimit: 0,
		modulePreload: { polyfill: false },
		rolldownOptions: { input: ['index.html', 'counter.html', 'health.html'] },
	},
	test: { environment: 'jsdom', include: ['src/**/*.test.ts'] },
}));
