import { driverContract } from '../../driver-contract.ts';
import { acpHost } from './acp-host.ts';

driverContract({
  driver: 'acp',
  streams: true,
  obliging: false,
  part: 'own',
  open: async (options) => ({ ...(await acpHost(options)), retired: false }),
});
