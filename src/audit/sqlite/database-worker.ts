/** The thread's side of `database-thread.ts`. */
import { parentPort } from 'node:worker_threads';
import { LocalDatabase } from './database.ts';
import type { Answer, Request } from './database-thread.ts';

const databases = new Map<number, LocalDatabase>();

function answerTo(request: Request): Answer {
  const isBegun = () => databases.get(request.database)?.inTransaction ?? false;
  try {
    const result = work(request);
    return { inTransaction: isBegun(), result, error: null };
  } catch (error) {
    const { message, errcode } = error as Error & { errcode?: number };
    return { inTransaction: isBegun(), result: null, error: { message, errcode } };
  }
}

function work(request: Request): Answer['result'] {
  if (request.does === 'open') {
    databases.set(request.database, new LocalDatabase(request.path, request.pragmas));
    return null;
  }
  const database = databases.get(request.database);
  if (database === undefined) throw new Error(`no database ${request.database} is open`);
  if (request.does === 'run') return database.run(request);
  if (request.does === 'exec') database.exec(request.sql);
  else {
    databases.delete(request.database);
    database.close();
  }
  return null;
}

parentPort?.on('message', (request: Request) => parentPort?.postMessage(answerTo(request)));
