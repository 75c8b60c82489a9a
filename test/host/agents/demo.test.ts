import { driverContract } from '../driver-contract.ts';

driverContract({ driver: 'demo', streams: true });
