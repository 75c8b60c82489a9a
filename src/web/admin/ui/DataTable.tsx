/**
 * A table, which on a phone is a list of its rows: each cell then stands under the other with its column's name. It stays
 * a table for whoever hears it.
 */
import type { ReactNode } from 'react';
import './table.css';

export interface Column<Row> {
  key: string;
  label: string;
  cell(row: Row): ReactNode;
  /** `number`: to the right. `name`: on one line. `main`: what a row is; the head of its entry on a phone. `wide`: takes what is left. */
  kind?: 'number' | 'name' | 'main' | 'actions' | 'wide' | 'quiet';
  /** Left out on a phone: the page of the row has it too, or nobody misses it there. */
  wideOnly?: boolean;
}

export interface DataTableProps<Row> {
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey(row: Row): string;
}

export function DataTable<Row>({ caption, columns, rows, rowKey }: DataTableProps<Row>) {
  return (
    <table className="data">
      <caption className="only-read">{caption}</caption>
      <thead>
        <tr>
          {columns.map(({ key, label, kind }) => (
            <th key={key} scope="col" className={classOf(kind)}>
              {kind === 'actions' ? <span className="only-read">{label}</span> : label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={rowKey(row)}>
            {columns.map(({ key, label, kind, wideOnly = false, cell }) => {
              const content = cell(row);
              const isEmpty = content === null || content === '';
              return (
                <td
                  key={key}
                  className={[classOf(kind), isEmpty && 'cell-empty', wideOnly && 'cell-wide-only']
                    .filter(Boolean)
                    .join(' ')}
                  data-label={label}
                >
                  {content}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function classOf(kind: Column<never>['kind']): string {
  return kind === undefined ? 'cell' : `cell cell-${kind}`;
}
