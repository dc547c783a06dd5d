import '@awesome/ui/tokens.css';
import './page.css';
import { mount } from 'svelte';
import Tracking from './views/track/Tracking.svelte';

const target = document.getElementById('app');
if (target) mount(Tracking, { target });
