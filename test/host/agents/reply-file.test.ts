import { driverContract } from '../driver-contract.ts';

// What the host does alone is proved with the demo driver; with this one by night.
driverContract({ driver: 'reply-file', streams: false, part: 'own' });
