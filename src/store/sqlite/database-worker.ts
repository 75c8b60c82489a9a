/** The thread's side of `database-thread.ts`. */
import { parentPort } from 'node:worker_threads';
import { LocalDatabase } from './database.ts';
import type { Answer, Connection, Request } from './database-thread.ts';

const databases = new Map<number, LocalDatabase>();

function answerTo(request: Request): Answer {
  const isBegun = () => databases.get(request.connection.number)?.inTransaction ?? false;
  try {
    const result = work(request);
    return { inTransaction: isBegun(), result, error: null };
  } catch (error) {
    const { message, errcode } = error as Error & { errcode?: number };
    return { inTransaction: isBegun(), result: null, error: { message, errcode } };
  }
}

function work({ connection, inTransaction, work }: Request): Answer['result'] {
  const database = databases.get(connection.number) ?? open(connection);
  // Without this check, the rest of a transaction could be written without its beginning.
  if (inTransaction && !database.inTransaction) throw new Error('the thread that had begun the transaction has ended');
  if (work.does === 'run') return database.run(work);
  if (work.does === 'exec') database.exec(work.sql);
  else {
    databases.delete(connection.number);
    database.close();
  }
  return null;
}

function open({ number, path, pragmas }: Connection): LocalDatabase {
  const database = new LocalDatabase(path, pragmas);
  databases.set(number, database);
  return database;
}

parentPort?.on('message', (request: Request) => parentPort?.postMessage(answerTo(request)));
