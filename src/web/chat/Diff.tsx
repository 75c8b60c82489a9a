/** A unified diff as text: each line says by sign, element and colour whether it comes or goes. */
import { ExactText } from './card/ExactText.tsx';

export function Diff({ text }: { text: string }) {
  const lines = text.replace(/\n$/, '').split('\n');
  const rest = lines.slice(MAX_COLOURED);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <pre className="diff" tabIndex={0}>
      {lines.slice(0, MAX_COLOURED).map((line, index) => {
        const [Element, className] = look(lines, index);
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other name, and never change
          <Element key={index} className={className}>
            {className !== HEAD && <span className="diff-sign">{line.slice(0, 1)}</span>}
            <ExactText text={className === HEAD ? line : line.slice(1)} exact />
            {'\n'}
          </Element>
        );
      })}
      <ExactText text={rest.join('\n')} exact />
    </pre>
  );
}

/** A file's two head lines are told from changes by the `@@` below them, which no change can imitate. */
function look(lines: readonly string[], index: number): ['span' | 'ins' | 'del', string | undefined] {
  const at = (offset: number, sign: string) => lines[index + offset]?.startsWith(sign) === true;
  if (at(0, '@@')) return ['span', HEAD];
  if (at(0, '--- ') && at(1, '+++ ') && at(2, '@@')) return ['span', HEAD];
  if (at(-1, '--- ') && at(0, '+++ ') && at(1, '@@')) return ['span', HEAD];
  if (at(0, '+')) return ['ins', 'diff-new'];
  return at(0, '-') ? ['del', 'diff-old'] : ['span', undefined];
}

const HEAD = 'diff-head';
// All of it is shown; an element for each line beyond would slow the page.
const MAX_COLOURED = 1_000;
