export { default as FleetMap } from './FleetMap.svelte';
export { default as MapArea } from './MapArea.svelte';
export { default as Marker } from './Marker.svelte';
export * from './ground.ts';
export * from './labels.ts';
