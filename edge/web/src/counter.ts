import '@awesome/ui/tokens.css';
import './order/desk.css';
import { mount } from 'svelte';
import { offline } from './device/offline.ts';
import Counter from './views/Counter.svelte';

const target = document.getElementById('app');
if (target) mount(Counter, { target });
offline();
