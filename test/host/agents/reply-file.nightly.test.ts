import { driverContract } from '../driver-contract.ts';

driverContract({ driver: 'reply-file', streams: false });
