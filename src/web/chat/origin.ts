/** Where the person came from: context for the agent, which the person sees and can take away. */

/** The embedding page says it in `?page=`; otherwise the page that linked here, unless it was ours. */
export function pageOrigin({ search, origin, referrer }: { search: string; origin: string; referrer: string }) {
  const given = new URLSearchParams(search).get('page')?.trim();
  if (given) return given.slice(0, MAX_LENGTH);
  if (!URL.canParse(referrer) || new URL(referrer).origin === origin) return null;
  return referrer.slice(0, MAX_LENGTH);
}

/** What the API takes. */
const MAX_LENGTH = 512;
