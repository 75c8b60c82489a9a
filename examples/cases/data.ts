/** What the application knows: people, and cases that each belong to one of them. */
import { DatabaseSync } from 'node:sqlite';

/** `mayClose` is a right that this application gives; whose cases are whose is another. */
export type Person = { id: string; name: string; email: string; mayClose: boolean };

/** `due` is a day, `YYYY-MM-DD`. */
export type Case = { id: number; title: string; client: string; due: string; status: 'open' | 'closed' };

export const PEOPLE: readonly Person[] = [
  { id: 'ana', name: 'Ana Richter', email: 'ana@cases.example', mayClose: true },
  { id: 'ben', name: 'Ben Okafor', email: 'ben@cases.example', mayClose: false },
];

export const findPerson = (id: string | undefined) => PEOPLE.find((person) => person.id === id);

/** Each method names the person who asks, and knows that person's cases alone. */
export class Cases {
  readonly #database: DatabaseSync;

  /** Made in `file` on the first start. */
  constructor(file: string) {
    this.#database = new DatabaseSync(file);
    const isNew = this.#database.prepare(`select 1 from sqlite_master where name = 'cases'`).get() === undefined;
    if (isNew) this.#database.exec(FIRST_CASES);
  }

  list(person: Person, { overdue = false } = {}): Case[] {
    const which = overdue ? `and status = 'open' and due < date('now')` : '';
    const select = this.#database.prepare(`${SELECT} where owner = ? ${which} order by due, id`);
    return select.all(person.id) as unknown as Case[];
  }

  /** @throws Refused for a case that is not this person's, or not there: nobody learns which. */
  read(person: Person, id: number): Case {
    const found = this.#database.prepare(`${SELECT} where id = ? and owner = ?`).get(id, person.id);
    if (found === undefined) throw new Refused(`There is no case ${id}, or it is not one of this person’s.`);
    return found as unknown as Case;
  }

  /** @throws Refused */
  close(person: Person, id: number): Case {
    this.read(person, id);
    if (!person.mayClose) throw new Refused(`${person.name} may not close cases`);
    this.#database.prepare(`update cases set status = 'closed' where id = ?`).run(id);
    return this.read(person, id);
  }
}

/** In words for the person. */
export class Refused extends Error {}

const SELECT = 'select id, title, client, due, status from cases';

// Some are always overdue.
const FIRST_CASES = `
  create table cases (id integer primary key, title text, client text, due text, owner text, status text default 'open');
  insert into cases (id, title, client, due, owner) values
    (42, 'Müller v. Bosch', 'Müller KG', date('now', '-9 days'), 'ana'),
    (43, 'Lease of the Hafen warehouse', 'Nordlicht GmbH', date('now', '-2 days'), 'ana'),
    (44, 'Trade mark “Silberpfad”', 'Silberpfad AG', date('now', '+12 days'), 'ana'),
    (51, 'Okonjo v. City of Leeds', 'Ada Okonjo', date('now', '-5 days'), 'ben'),
    (52, 'Articles of association', 'Pier Nine Ltd', date('now', '+3 days'), 'ben'),
    (53, 'Unpaid invoices 2025', 'Pier Nine Ltd', date('now', '+21 days'), 'ben')`;
