/** A stretch of time to filter by: one of those that the figures have, or from one day to another. */
import { statsRanges } from '../data/ranges.ts';
import type { TimeFilter } from '../data/time-filter.ts';
import { useAdmin } from '../page.ts';
import { Labelled, Select } from './Field.tsx';

export function TimeFields({ value, onChange }: { value: TimeFilter; onChange(next: TimeFilter): void }) {
  const { w } = useAdmin();
  return (
    <>
      <Select
        label={w.turns.time}
        any={w.turns.anyTime}
        value={value.time}
        options={[
          ...statsRanges.map((range) => ({ value: range, label: w.ranges[range] })),
          { value: 'days' as const, label: w.turns.between },
        ]}
        onChange={(time) => onChange({ time, from: '', to: '' })}
      />
      {value.time === 'days' && (
        <>
          <Day label={w.turns.from} value={value.from} onChange={(from) => onChange({ ...value, from })} />
          <Day label={w.turns.to} value={value.to} onChange={(to) => onChange({ ...value, to })} />
        </>
      )}
    </>
  );
}

function Day({ label, value, onChange }: { label: string; value: string; onChange(day: string): void }) {
  return (
    <Labelled label={label}>
      {(id) => (
        <input
          id={id}
          type="date"
          className={value === '' ? 'field' : 'field field-set'}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Labelled>
  );
}
