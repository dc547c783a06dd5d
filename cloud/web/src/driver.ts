import '@awesome/ui/tokens.css';
import './page.css';
import { mount } from 'svelte';
import Phone from './views/driver/Phone.svelte';

const target = document.getElementById('app');
if (target) mount(Phone, { target });

// A reload where there is no signal works from here. Browsers allow it on https and on the machine itself only; elsewhere the page is as before.
if (isSecureContext) (navigator.serviceWorker as ServiceWorkerContainer | undefined)?.register('/driver-sw.js', { scope: '/driver' }).catch(() => undefined);
// What waits to be sent is not to be thrown away when the phone runs out of room.
void (navigator.storage as StorageManager | undefined)?.persist?.().catch(() => false);
