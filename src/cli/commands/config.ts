import { secrets, type Variable, variables } from '../../config/variables.ts';
import type { CommandContext } from '../context.ts';
import { table } from '../table.ts';

/** Prints the settings in force and where each came from; for secrets, only whether they are set. */
export function showConfig(
  { config, terminal }: Pick<CommandContext, 'config' | 'terminal'>,
  { json }: { json?: boolean },
): void {
  const rows = (Object.keys(variables) as Variable[]).map((name) => {
    const value = config.values[name];
    const hidden = secrets.has(name) && value !== undefined;
    return { name, value: hidden ? '(set)' : (value ?? null), source: config.sources[name] };
  });
  if (json) return void terminal.printJson(rows);
  const lines = table(
    ['variable', 'value', 'from'],
    rows.map(({ name, value, source }) => [name, String(value ?? '(unset)'), source]),
  );
  terminal.print(lines);
}
