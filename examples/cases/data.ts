import { DatabaseSync } from 'node:sqlite';

/** A person who works here. `mayClose` is a right that this application gives; whose cases are whose is another. */
export interface Person {
  id: string;
  name: string;
  email: string;
  mayClose: boolean;
}

/** `due` is a day, `YYYY-MM-DD`; `owner` the id of the person whose case it is. */
export interface Case {
  id: number;
  title: string;
  client: string;
  due: string;
  status: 'open' | 'closed';
  owner: string;
}

/** `overdue`: open, and due before the day `today`. */
export interface Filter {
  overdue: boolean;
  today: string;
}

/** What the application knows. Each method names the person who asks and answers with that person's cases alone. */
export interface Cases {
  people(): Person[];
  person(id: string): Person | undefined;
  list(person: Person, filter?: Filter): Case[];
  read(person: Person, id: number): Case | undefined;
  /** Undefined where the person has no such case. @throws NotAllowed where they may not close cases. */
  close(person: Person, id: number): Case | undefined;
}

/** The person may see the case, but not do this to it. */
export class NotAllowed extends Error {}

const PEOPLE: Person[] = [
  { id: 'ana', name: 'Ana Richter', email: 'ana@cases.example', mayClose: true },
  { id: 'ben', name: 'Ben Okafor', email: 'ben@cases.example', mayClose: false },
];

const DAY_MS = 24 * 60 * 60 * 1000;

/** The cases in `file`, made there on the first start. Days are counted from `now`, so that some are always overdue. */
export function openCases(file: string, now: number): Cases {
  const database = new DatabaseSync(file);
  database.exec(`create table if not exists cases (
    id integer primary key, title text not null, client text not null, due text not null,
    status text not null default 'open', owner text not null)`);
  if (database.prepare('select 1 from cases').get() === undefined) fill(database, now);

  const columns = 'id, title, client, due, status, owner';
  const read = (person: Person, id: number) =>
    database.prepare(`select ${columns} from cases where id = ? and owner = ?`).get(id, person.id) as Case | undefined;

  return {
    people: () => PEOPLE,
    person: (id) => PEOPLE.find((person) => person.id === id),
    list: (person, filter) =>
      filter?.overdue
        ? (database
            .prepare(`select ${columns} from cases where owner = ? and status = 'open' and due < ? order by due, id`)
            .all(person.id, filter.today) as unknown as Case[])
        : (database
            .prepare(`select ${columns} from cases where owner = ? order by due, id`)
            .all(person.id) as unknown as Case[]),
    read,
    close: (person, id) => {
      if (!read(person, id)) return undefined;
      if (!person.mayClose) throw new NotAllowed(`${person.name} may not close cases`);
      database.prepare(`update cases set status = 'closed' where id = ?`).run(id);
      return read(person, id);
    },
  };
}

function fill(database: DatabaseSync, now: number): void {
  const insert = database.prepare('insert into cases (id, title, client, due, owner) values (?, ?, ?, ?, ?)');
  const inDays = (days: number) => new Date(now + days * DAY_MS).toISOString().slice(0, 10);
  insert.run(42, 'Müller v. Bosch', 'Müller KG', inDays(-9), 'ana');
  insert.run(43, 'Lease of the Hafen warehouse', 'Nordlicht GmbH', inDays(-2), 'ana');
  insert.run(44, 'Trade mark “Silberpfad”', 'Silberpfad AG', inDays(12), 'ana');
  insert.run(51, 'Okonjo v. City of Leeds', 'Ada Okonjo', inDays(-5), 'ben');
  insert.run(52, 'Articles of association', 'Pier Nine Ltd', inDays(3), 'ben');
  insert.run(53, 'Unpaid invoices 2025', 'Pier Nine Ltd', inDays(21), 'ben');
}
