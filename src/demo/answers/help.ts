/** Lists the demo agent's commands, including its misbehaviour. */
import type { Command } from './command.ts';
import type { Trailer, Turn } from './turn.ts';

export async function help(turn: Turn, commands: readonly Command[]): Promise<Trailer> {
  await turn.say(INTRODUCTION);
  const rows = commands.map(({ name, takes, does }) => {
    const order = takes === undefined ? `demo ${name}` : `demo ${name} ${takes}`;
    return `| \`${order}\` | ${turn.word(does)} |`;
  });
  await turn.pour([turn.word(HEAD), '|---|---|', ...rows].join('\n'));
  return { tag: 'help' };
}

const INTRODUCTION = {
  en:
    'I am the demo agent: I stand in for a real one until it is installed. Ask me anything and you get an invented ' +
    'answer. These messages make me do something certain, misbehaving included:\n\n',
  de:
    'Ich bin der Demo-Agent und vertrete einen echten, bis er installiert ist. Auf jede Frage gibt es eine erfundene ' +
    'Antwort. Mit diesen Nachrichten tue ich etwas Bestimmtes, auch Unartiges:\n\n',
};
const HEAD = { en: '| Message | What happens |', de: '| Nachricht | Was geschieht |' };
