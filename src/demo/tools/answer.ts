/** An answer from the tools that the demo agent was given: it lists them, calls the one that fits, and shows what comes. */
import { plain } from '../answers/plain.ts';
import type { Answer, Wording } from '../answers/turn.ts';
import { chooseTool } from './choose.ts';
import { rowsIn, tableOf } from './show.ts';
import type { Toolbox } from './toolbox.ts';

/** Where no tool fits the question, `otherwise` answers it. */
export function toolAnswer(toolbox: Toolbox, otherwise: Answer): Answer {
  return async (turn) => {
    const tools = await turn.use((signal) => toolbox.list(signal)).catch(broken);
    if (tools instanceof Error) {
      await turn.say({ en: 'I could not list the tools: ', de: 'Die Werkzeuge ließen sich nicht auflisten: ' });
      await turn.say(plain(tools.message));
      return { tag: 'tool' };
    }
    const choice = chooseTool(turn.question.asked, tools);
    if (choice === null) return otherwise(turn);
    const { tool, args } = choice;
    const name = tool.title ?? tool.name;
    const given = await turn
      .useTool({ en: name, de: name }, (signal) => toolbox.call(tool.name, args, signal))
      .catch(broken);
    if (given instanceof Error || given.failed) {
      const why = given instanceof Error ? given.message : given.text;
      await turn.say(`${turn.word(DID_NOT)} ${plain(why)}`);
      return { tools: [tool.name], rows: 0, tag: 'tool' };
    }
    const rows = rowsIn(given.data);
    await turn.say(
      rows.length > 0 ? `${turn.word(FOUND)}\n\n${tableOf(rows)}` : plain(given.text || turn.word(NOTHING)),
    );
    return { tools: [tool.name], rows: rows.length, tag: 'tool' };
  };
}

/** An interruption stays one: whoever waits for the turn's end sees it next. */
function broken(error: unknown): Error {
  if (error instanceof Error && error.name !== 'AbortError') return error;
  throw error;
}

const FOUND: Wording = { en: 'This is what the application says:', de: 'Das sagt die Anwendung:' };
const NOTHING: Wording = { en: 'Nothing was found.', de: 'Es wurde nichts gefunden.' };
const DID_NOT: Wording = { en: 'That did not work:', de: 'Das ging nicht:' };
