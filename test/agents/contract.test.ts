/** Claude Code keeps the contract of every driver. */
import { describe } from 'vitest';
import { driverContract } from '../host/driver-contract.ts';
import { claudeHost } from './claude-host.ts';
import { installedVersions } from './claude-owner.ts';
import { OWNER } from './model/request.ts';

describe.each(installedVersions('oldest'))('Claude Code $name', ({ program }) => {
  driverContract({
    driver: 'claude',
    streams: true,
    open: (options) => claudeHost(program, options),
    // A line is told once it is whole.
    half: 'This is the first half.\n',
    pasted: (text) => text.replaceAll('\t', '    ').trimEnd(),
    atTerminal: OWNER,
    obliging: false,
  });
});
