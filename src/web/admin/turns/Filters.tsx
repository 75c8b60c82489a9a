/** The filters of the list. Each takes effect at once; the search with Enter. */
import { type ErrorCode, errorTable } from '../../../contract/errors.ts';
import { finalStatuses } from '../../../contract/turn.ts';
import { To } from '../location.tsx';
import { useAdmin } from '../page.ts';
import { Select } from '../ui/Field.tsx';
import { PersonField, useChoices } from '../ui/PersonField.tsx';
import { SearchField } from '../ui/SearchField.tsx';
import { TimeFields } from '../ui/TimeFields.tsx';
import { areSet, NO_FILTERS, placeOf, type TurnFilters } from './filters.ts';

export function Filters({ filters, onChange }: { filters: TurnFilters; onChange(next: TurnFilters): void }) {
  const { w } = useAdmin();
  const choices = useChoices(filters.userId);
  const set = (some: Partial<TurnFilters>) => onChange({ ...filters, ...some });
  // What an address holds stays chosen, also where the gateway no longer knows of it.
  const tags = withChosen(
    (choices.data?.tags ?? []).map((tag) => ({ value: tag, label: tag })),
    filters.tag,
  );
  return (
    <search className="filters" aria-label={w.turns.filters}>
      <SearchField label={w.turns.search} value={filters.search} onSearch={(search) => set({ search })} />
      <PersonField
        label={w.turns.user}
        any={w.turns.everyone}
        value={filters.userId}
        choices={choices.data}
        onChange={(userId) => set({ userId })}
      />
      <Select
        label={w.turns.status}
        any={w.turns.anyStatus}
        value={filters.status}
        options={[
          { value: 'open' as const, label: w.turns.open },
          ...finalStatuses.map((value) => ({ value, label: w.statuses[value] })),
        ]}
        onChange={(status) => set({ status })}
      />
      <Select
        label={w.turns.code}
        any={w.turns.anyCode}
        value={filters.code}
        options={CODES.map((value) => ({ value, label: w.codes[value] }))}
        onChange={(code) => set({ code })}
      />
      <Select
        label={w.turns.tag}
        any={w.turns.anyTag}
        value={filters.tag}
        options={tags}
        onChange={(tag) => set({ tag })}
      />
      <TimeFields value={filters} onChange={({ time, from, to }) => set({ time, from, to })} />
      {areSet(filters) && (
        <To className="button button-quiet filters-clear" href={placeOf(NO_FILTERS)}>
          {w.turns.clear}
        </To>
      )}
    </search>
  );
}

function withChosen<T extends { value: string; label: string }>(options: T[], chosen: string) {
  if (chosen === '' || options.some(({ value }) => value === chosen)) return options;
  return [...options, { value: chosen, label: chosen }];
}

/** Those that a turn can end with. */
const CODES: readonly ErrorCode[] = (Object.keys(errorTable) as ErrorCode[]).slice(
  0,
  Object.keys(errorTable).indexOf('queue_full'),
);
