import type { Programs } from '../programs.ts';
import type { ShimSettings } from '../shim-settings.ts';
export async function examineHost(_: ShimSettings & { programs: Programs }): Promise<object> {
  return {};
}
