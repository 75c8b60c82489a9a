/** A unified diff as text: each line says by sign, word and colour whether it comes or goes. */

export function Diff({ text }: { text: string }) {
  const lines = text.replace(/\n$/, '').split('\n');
  const shown = lines.slice(0, MAX_LINES);
  return (
    <pre className="diff">
      {shown.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other name, and never change
        <span key={index} className={`diff-line ${kindOf(line)}`}>
          {line}
          {'\n'}
        </span>
      ))}
      {lines.length > shown.length && `… ${lines.length - shown.length}`}
    </pre>
  );
}

function kindOf(line: string): string {
  if (/^(\+\+\+|---|@@)/.test(line)) return 'diff-head';
  if (line.startsWith('+')) return 'diff-new';
  return line.startsWith('-') ? 'diff-old' : '';
}

// Enough to judge; more of it would only slow the page.
const MAX_LINES = 400;
