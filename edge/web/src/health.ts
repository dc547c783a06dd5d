import '@awesome/ui/tokens.css';
import { mount } from 'svelte';
import { offline } from './device/offline.ts';
import Health from './views/Health.svelte';

const target = document.getElementById('app');
if (target) mount(Health, { target });
offline();
