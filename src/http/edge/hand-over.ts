/** What a program knows of a conversation that the agent has not seen, as context of the next question. */

export interface Said {
  role: 'instructions' | 'user' | 'assistant';
  text: string;
}

/** Undefined where there is nothing to hand over. What is too long loses its oldest part. */
export function handOver(said: readonly Said[]): string | undefined {
  const instructions = said.filter(({ role }) => role === 'instructions').map(({ text }) => text.trim());
  const earlier = said.filter(({ role, text }) => role !== 'instructions' && text.trim() !== '');
  const parts = [
    ...part('What the program that asks tells the agent:', instructions.join('\n\n').slice(0, MAX_INSTRUCTIONS)),
    ...part('Said earlier, as the program that asks has it; the agent has no record of it:', newest(earlier)),
  ];
  return parts.length === 0 ? undefined : parts.join('\n\n');
}

function part(heading: string, text: string): string[] {
  return text === '' ? [] : [`${heading}\n${text}`];
}

function newest(said: readonly Said[]): string {
  const lines: string[] = [];
  let room = MAX_EARLIER;
  for (const { role, text } of said.toReversed()) {
    const line = `${role === 'user' ? 'User' : 'Assistant'}: ${text.trim()}`;
    if (line.length > room) {
      lines.push('[…]');
      break;
    }
    room -= line.length;
    lines.push(line);
  }
  return lines.toReversed().join('\n\n');
}

// UTF-16 units. Coding tools send tens of thousands of instructions that are meant for a bare model.
const MAX_INSTRUCTIONS = 8192;
const MAX_EARLIER = 32_768;
