import { readFileSync } from 'node:fs';

/** A JSON object that another program wrote; null if there is none that can be read. */
export function readJson(path: string): Record<string, unknown> | null {
  try {
    const value = JSON.parse(readFileSync(path, 'utf8'));
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}
