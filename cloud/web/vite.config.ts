import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

// Four pages, each with what it needs and no more. Names of assets carry their content's hash, so a browser keeps them for ever.
export default defineConfig(({ mode }) => ({
	plugins: [svelte()],
	resolve: mode === 'test' ? { conditions: ['browser'] } : {},
	build: {
		target: 'es2022',
		emptyOutDir: true,
		assetsInlineLimit: 0,
		modulePreload: { polyfill: false },
		rolldownOptions: { input: ['index.html', 'track.html', 'driver.html', 'hq.html'] },
	},
	test: { environment: 'jsdom', include: ['src/**/*.test.ts'] },
}));
