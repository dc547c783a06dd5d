import '@awesome/ui/tokens.css';
import { mount } from 'svelte';
import { awake } from './device/awake.ts';
import { offline } from './device/offline.ts';
import Display from './views/Display.svelte';

const target = document.getElementById('app');
if (target) mount(Display, { target });
offline();
awake();
